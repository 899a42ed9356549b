#include "key_details.h"

#include <array>
#include <span>

#include "attribute_names.h"
#include "finder.h"
#include "issuers.h"
#include "locator.h"
#include "login.h"
#include "pkcs11/pin_state.h"
#include "private_key.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::ErrorKind;
using base::Phase;

// What a key or a certificate says of itself; nothing that could be secret is in these lists. The public key has its
// own place.
constexpr std::array<CK_ATTRIBUTE_TYPE, 21> kPublicKey{
    CKA_LABEL,       CKA_ID,         CKA_KEY_TYPE, CKA_MODULUS_BITS,      CKA_PUBLIC_EXPONENT, CKA_EC_PARAMS,
    CKA_TOKEN,       CKA_PRIVATE,    CKA_VERIFY,   CKA_VERIFY_RECOVER,    CKA_ENCRYPT,         CKA_WRAP,
    CKA_DERIVE,      CKA_TRUSTED,    CKA_LOCAL,    CKA_KEY_GEN_MECHANISM, CKA_MODIFIABLE,      CKA_COPYABLE,
    CKA_DESTROYABLE, CKA_START_DATE, CKA_END_DATE};
constexpr std::array<CK_ATTRIBUTE_TYPE, 25> kPrivateKey{CKA_LABEL,
                                                        CKA_ID,
                                                        CKA_KEY_TYPE,
                                                        CKA_EC_PARAMS,
                                                        CKA_TOKEN,
                                                        CKA_PRIVATE,
                                                        CKA_SENSITIVE,
                                                        CKA_ALWAYS_SENSITIVE,
                                                        CKA_EXTRACTABLE,
                                                        CKA_NEVER_EXTRACTABLE,
                                                        CKA_LOCAL,
                                                        CKA_KEY_GEN_MECHANISM,
                                                        CKA_ALWAYS_AUTHENTICATE,
                                                        CKA_ALLOWED_MECHANISMS,
                                                        CKA_SIGN,
                                                        CKA_SIGN_RECOVER,
                                                        CKA_DECRYPT,
                                                        CKA_UNWRAP,
                                                        CKA_DERIVE,
                                                        CKA_WRAP_WITH_TRUSTED,
                                                        CKA_MODIFIABLE,
                                                        CKA_COPYABLE,
                                                        CKA_DESTROYABLE,
                                                        CKA_START_DATE,
                                                        CKA_END_DATE};
constexpr std::array<CK_ATTRIBUTE_TYPE, 12> kCertificate{
    CKA_LABEL,   CKA_ID,      CKA_CERTIFICATE_TYPE, CKA_CERTIFICATE_CATEGORY, CKA_SERIAL_NUMBER, CKA_TOKEN,
    CKA_PRIVATE, CKA_TRUSTED, CKA_MODIFIABLE,       CKA_DESTROYABLE,          CKA_START_DATE,    CKA_END_DATE};

std::span<const CK_ATTRIBUTE_TYPE> attributes_of(CK_OBJECT_CLASS type) {
  if (type == CKO_PRIVATE_KEY) return kPrivateKey;
  if (type == CKO_PUBLIC_KEY) return kPublicKey;
  return kCertificate;
}

std::string word_for(CK_OBJECT_CLASS type) {
  if (type == CKO_PRIVATE_KEY) return "private key";
  return type == CKO_PUBLIC_KEY ? "public key" : "certificate";
}

class Description {
 public:
  Description(const Module& module, const InspectOrder& order, const Login* login)
      : module_(module), order_(order), located_(locate(module, order.uri, order.expected, login)) {
    if (login != nullptr && !located_.logged_in && needs_login(located_.token, module.quirks())) look_again(*login);
    if (!located_.match)
      throw module.error(
          ErrorKind::key_not_found, Phase::find,
          "cannot describe key " + format_uri(order.uri) + ": the token shows nothing of it without a login",
          "give a PIN; then private objects are looked at too");
  }

  KeyDetails run() {
    complete_group();
    KeyGroup& group = located_.match->group;
    KeyDetails details;
    add_slot_description(module_, located_.token);
    details.token = located_.token;
    details.key = view_of(group, located_.match->uri);
    for (const auto* objects : {&group.public_objects, &group.private_objects, &group.certificates}) {
      for (const Object& object : *objects)
        details.objects.push_back(view(object));
    }
    details.mechanisms = mechanisms();
    return details;
  }

 private:
  // The key is known by its public objects; a login may show more of it.
  void look_again(const Login& login) {
    log_in(module_, located_.session, located_.token, login);
    located_.logged_in = true;
    std::vector<Match> matches;
    for (KeyGroup& group : group_objects(find_objects(module_, located_.session.handle(), located_.wanted))) {
      Uri uri = view_of(group, uri_of(located_.token, module_.quirks())).uri;
      matches.push_back({0, std::move(uri), std::move(group)});
    }
    if (matches.empty()) return;
    std::optional<PublicKey> expected = order_.expected;
    if (const PublicKey* seen = located_.match ? located_.match->group.identity() : nullptr) expected = *seen;
    located_.match = only_match(module_, without_copies(std::move(matches)).matches, expected, located_.wanted);
  }

  // Halves and certificates that carry another label, or no id.
  void complete_group() {
    KeyGroup& group = located_.match->group;
    const PublicKey* identity = group.identity();
    if (group.private_objects.empty() && identity != nullptr) {
      if (const auto half = find_private_half(*identity))
        group.private_objects.push_back(read_object(module_, located_.session.handle(), half->handle));
    }
    if (group.public_objects.empty()) add_public_half(group);
    if (group.certificates.empty())
      group.certificates = find_certificates(module_, located_.session, group.front().id, group.front().label);
  }

  void add_public_half(KeyGroup& group) {
    AttributeTemplate wanted;
    if (group.front().id.empty()) return;
    wanted.number(CKA_CLASS, CKO_PUBLIC_KEY).bytes(CKA_ID, group.front().id);
    for (Object& object : find_objects(module_, located_.session.handle(), std::move(wanted))) {
      if (group.key && object.key && *group.key != *object.key) continue;
      if (!group.key) group.key = object.key;
      group.public_objects.push_back(std::move(object));
    }
  }

  // A token on which signing would fail for want of the one right private half can still be described.
  std::optional<PrivateKey> find_private_half(const PublicKey& identity) const {
    try {
      return find_private_key(module_, located_, identity);
    } catch (const base::Error& error) {
      if (error.kind() != ErrorKind::ambiguous_key && error.kind() != ErrorKind::key_not_found) throw;
      return std::nullopt;
    }
  }

  ObjectView view(const Object& object) const {
    const auto types = attributes_of(object.type);
    const Attributes attributes = read_attributes(module_, located_.session.handle(), object.handle, types);
    ObjectView shown;
    shown.type = word_for(object.type);
    for (const CK_ATTRIBUTE_TYPE type : types) {
      if (attributes.has(type))
        shown.attributes.push_back({name_of_attribute(type), text_of_attribute(type, attributes.bytes(type))});
    }
    return shown;
  }

  std::vector<std::string> mechanisms() const {
    std::vector<std::string> names;
    const PublicKey* identity = located_.match->group.identity();
    const auto spec = identity == nullptr ? std::nullopt : key_spec_of(*identity);
    if (!spec) return names;
    const auto half = find_private_half(*identity);
    for (const SignMechanism& mechanism :
         preferred_mechanisms(module_, located_.token.slot_id, SignScheme::notary, *spec)) {
      if (!half || half->allows(mechanism)) names.emplace_back(mechanism.name);
    }
    return names;
  }

  const Module& module_;
  const InspectOrder& order_;
  Located located_;
};

}  // namespace

KeyDetails describe_key(const Module& module, const InspectOrder& order, const Login* login) {
  return Description(module, order, login).run();
}

}  // namespace pkcs11
