#include "new_object.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "mechanisms.h"
#include "state_folder.h"

namespace fake {
namespace {

const std::set<CK_ATTRIBUTE_TYPE> kStorage = {CKA_CLASS,      CKA_TOKEN,      CKA_PRIVATE,     CKA_LABEL,
                                              CKA_MODIFIABLE, CKA_COPYABLE,   CKA_DESTROYABLE, CKA_ID,
                                              CKA_SUBJECT,    CKA_START_DATE, CKA_END_DATE};
const std::set<CK_ATTRIBUTE_TYPE> kCertificate = {CKA_CERTIFICATE_TYPE, CKA_CERTIFICATE_CATEGORY, CKA_TRUSTED,
                                                  CKA_ISSUER,           CKA_SERIAL_NUMBER,        CKA_VALUE,
                                                  CKA_CHECK_VALUE,      CKA_PUBLIC_KEY_INFO};
const std::set<CK_ATTRIBUTE_TYPE> kPublic = {
    CKA_KEY_TYPE,       CKA_DERIVE,  CKA_ENCRYPT,      CKA_VERIFY,          CKA_WRAP,
    CKA_VERIFY_RECOVER, CKA_TRUSTED, CKA_MODULUS_BITS, CKA_PUBLIC_EXPONENT, CKA_EC_PARAMS};
const std::set<CK_ATTRIBUTE_TYPE> kPrivate = {CKA_KEY_TYPE,
                                              CKA_DERIVE,
                                              CKA_SENSITIVE,
                                              CKA_DECRYPT,
                                              CKA_SIGN,
                                              CKA_UNWRAP,
                                              CKA_SIGN_RECOVER,
                                              CKA_EXTRACTABLE,
                                              CKA_WRAP_WITH_TRUSTED,
                                              CKA_ALWAYS_AUTHENTICATE,
                                              CKA_ALLOWED_MECHANISMS};

bool is_flag(CK_ATTRIBUTE_TYPE type) {
  static const std::set<CK_ATTRIBUTE_TYPE> flags = {CKA_TOKEN,
                                                    CKA_PRIVATE,
                                                    CKA_MODIFIABLE,
                                                    CKA_COPYABLE,
                                                    CKA_DESTROYABLE,
                                                    CKA_TRUSTED,
                                                    CKA_DERIVE,
                                                    CKA_VERIFY,
                                                    CKA_ENCRYPT,
                                                    CKA_WRAP,
                                                    CKA_VERIFY_RECOVER,
                                                    CKA_SENSITIVE,
                                                    CKA_DECRYPT,
                                                    CKA_SIGN,
                                                    CKA_UNWRAP,
                                                    CKA_SIGN_RECOVER,
                                                    CKA_EXTRACTABLE,
                                                    CKA_WRAP_WITH_TRUSTED,
                                                    CKA_ALWAYS_AUTHENTICATE};
  return flags.contains(type);
}

bool concerns(const TemplateRule& rule, CK_OBJECT_CLASS object_class) {
  return !rule.object_class || *rule.object_class == object_class;
}

Attributes read_template(Template given, CK_OBJECT_CLASS object_class, const Rules& rules) {
  const std::set<CK_ATTRIBUTE_TYPE>& allowed = object_class == CKO_PUBLIC_KEY    ? kPublic
                                               : object_class == CKO_PRIVATE_KEY ? kPrivate
                                                                                 : kCertificate;
  Attributes attributes;
  for (const CK_ATTRIBUTE& attribute : given) {
    const bool vendors = attribute.type >= CKA_VENDOR_DEFINED && rules.quirks.takes_vendor_attributes;
    if (!vendors && !kStorage.contains(attribute.type) && !allowed.contains(attribute.type)) {
      throw Refusal{CKR_ATTRIBUTE_TYPE_INVALID};
    }
    const Bytes value = bytes_of(attribute);
    if (is_flag(attribute.type) && (value.size() != 1 || value.front() > CK_TRUE)) {
      throw Refusal{CKR_ATTRIBUTE_VALUE_INVALID};
    }
    if (!attributes.emplace(attribute.type, value).second) throw Refusal{CKR_TEMPLATE_INCONSISTENT};
  }
  for (const TemplateRule& rule : rules.templates) {
    if (concerns(rule, object_class) && attributes.contains(rule.type) != rule.wanted) throw Refusal{rule.answer};
  }
  return attributes;
}

unsigned long number_in(const Attributes& attributes, CK_ATTRIBUTE_TYPE type, unsigned long otherwise) {
  const auto found = attributes.find(type);
  if (found == attributes.end()) return otherwise;
  unsigned long number = 0;
  if (found->second.size() != sizeof number) throw Refusal{CKR_ATTRIBUTE_VALUE_INVALID};
  std::memcpy(&number, found->second.data(), sizeof number);
  return number;
}

Bytes bytes_in(const Attributes& attributes, CK_ATTRIBUTE_TYPE type) {
  const auto found = attributes.find(type);
  return found == attributes.end() ? Bytes{} : found->second;
}

bool flag_in(const Attributes& attributes, CK_ATTRIBUTE_TYPE type, bool otherwise) {
  const auto found = attributes.find(type);
  return found == attributes.end() ? otherwise : found->second.front() != CK_FALSE;
}

void require_number(const Attributes& attributes, CK_ATTRIBUTE_TYPE type, unsigned long wanted) {
  if (number_in(attributes, type, wanted) != wanted) throw Refusal{CKR_TEMPLATE_INCONSISTENT};
}

Key generated_key(const Rules& rules, const Mechanism& mechanism, const Attributes& wanted) {
  if (mechanism.key_type == CKK_RSA) {
    if (!wanted.contains(CKA_MODULUS_BITS)) throw Refusal{CKR_TEMPLATE_INCOMPLETE};
    if (wanted.contains(CKA_EC_PARAMS)) throw Refusal{CKR_TEMPLATE_INCONSISTENT};
    const unsigned long bits = number_in(wanted, CKA_MODULUS_BITS, 0);
    const CK_MECHANISM_INFO info = mechanism_info(rules, mechanism);
    if (bits < info.ulMinKeySize || bits > info.ulMaxKeySize) throw Refusal{CKR_KEY_SIZE_RANGE};
    const Bytes exponent = bytes_in(wanted, CKA_PUBLIC_EXPONENT);
    if (!exponent.empty() && exponent != Bytes{1, 0, 1}) throw Refusal{CKR_ATTRIBUTE_VALUE_INVALID};
    if (rules.quirks.quick_generate) return test_key("RSA-" + std::to_string(bits));
    return generate_rsa_key(static_cast<unsigned int>(bits));
  }
  if (!wanted.contains(CKA_EC_PARAMS)) throw Refusal{CKR_TEMPLATE_INCOMPLETE};
  if (wanted.contains(CKA_MODULUS_BITS)) throw Refusal{CKR_TEMPLATE_INCONSISTENT};
  const Key key = generate_ec_key(curve_of_parameters(bytes_in(wanted, CKA_EC_PARAMS)));
  return rules.quirks.quick_generate ? test_key(spec_of(key)) : key;
}

KeyHalf half_of(const Attributes& attributes, bool needs_login) {
  KeyHalf half;
  const Bytes label = bytes_in(attributes, CKA_LABEL);
  half.label.assign(label.begin(), label.end());
  half.id = bytes_in(attributes, CKA_ID);
  half.needs_login = flag_in(attributes, CKA_PRIVATE, needs_login);
  return half;
}

// What the client chose, over what we would have put there.
void overwrite(Object& object, const Attributes& chosen) {
  for (const auto& [type, value] : chosen)
    object.own[type] = value;
  if (!chosen.contains(CKA_TOKEN)) object.own[CKA_TOKEN] = bytes_of_flag(false);
}

}  // namespace

Object certificate_of_template(const Rules& rules, Template given) {
  const Attributes attributes = read_template(given, CKO_CERTIFICATE, rules);
  if (!attributes.contains(CKA_CLASS)) throw Refusal{CKR_TEMPLATE_INCOMPLETE};
  if (number_in(attributes, CKA_CLASS, 0) != CKO_CERTIFICATE) throw Refusal{CKR_ATTRIBUTE_VALUE_INVALID};
  for (const CK_ATTRIBUTE_TYPE type : {CKA_CERTIFICATE_TYPE, CKA_SUBJECT, CKA_VALUE}) {
    if (!attributes.contains(type)) throw Refusal{CKR_TEMPLATE_INCOMPLETE};
  }
  require_number(attributes, CKA_CERTIFICATE_TYPE, CKC_X_509);
  if (flag_in(attributes, CKA_TRUSTED, false)) throw Refusal{CKR_ATTRIBUTE_READ_ONLY};
  CertificateRule rule;
  const KeyHalf common = half_of(attributes, false);
  rule.label = common.label;
  rule.id = common.id;
  rule.needs_login = common.needs_login;
  Object object = certificate_object(bytes_in(attributes, CKA_VALUE), rule);
  overwrite(object, attributes);
  return object;
}

NewPair generate_pair(const Rules& rules, const CK_MECHANISM& mechanism, Template public_template,
                      Template private_template) {
  const Mechanism offered = offered_mechanism(rules, mechanism.mechanism);
  if (offered.signs()) throw Refusal{CKR_MECHANISM_INVALID};
  if (mechanism.ulParameterLen != 0) throw Refusal{CKR_MECHANISM_PARAM_INVALID};
  const Attributes for_public = read_template(public_template, CKO_PUBLIC_KEY, rules);
  const Attributes for_private = read_template(private_template, CKO_PRIVATE_KEY, rules);
  require_number(for_public, CKA_CLASS, CKO_PUBLIC_KEY);
  require_number(for_private, CKA_CLASS, CKO_PRIVATE_KEY);
  require_number(for_public, CKA_KEY_TYPE, offered.key_type);
  require_number(for_private, CKA_KEY_TYPE, offered.key_type);

  const Key key = generated_key(rules, offered, for_public);
  KeyRule rule;
  rule.private_half = half_of(for_private, true);
  rule.public_half = half_of(for_public, false);
  rule.sign = flag_in(for_private, CKA_SIGN, true);
  rule.sensitive = flag_in(for_private, CKA_SENSITIVE, true);
  rule.extractable = flag_in(for_private, CKA_EXTRACTABLE, false);
  if (flag_in(for_private, CKA_ALWAYS_AUTHENTICATE, false)) rule.authentication = Authentication::always;
  NewPair pair{public_key_object(key, rule.public_half, rules.quirks), private_key_object(key, rule, rules.quirks)};
  overwrite(pair.public_key, for_public);
  overwrite(pair.private_key, for_private);
  for (Object* half : {&pair.public_key, &pair.private_key})
    half->own[CKA_KEY_GEN_MECHANISM] = bytes_of(mechanism.mechanism);
  return pair;
}

void check_may_keep(const Session& session, const Object& object) {
  if (object.flag(CKA_TOKEN) && !session.read_write) throw Refusal{CKR_SESSION_READ_ONLY};
  if (object.flag(CKA_PRIVATE) && !session.slot->user_is_logged_in()) throw Refusal{CKR_USER_NOT_LOGGED_IN};
}

CK_OBJECT_HANDLE keep_object(Module& module, Session& session, Object object) {
  check_may_keep(session, object);
  if (!object.flag(CKA_TOKEN)) {
    object.session = session.handle;
  } else if (!module.rules().state_folder.empty()) {
    StateFolder(module.rules().state_folder, session.slot->id()).store(object, module.rules().quirks);
  }
  return module.add_object(*session.slot, std::move(object));
}

}  // namespace fake
