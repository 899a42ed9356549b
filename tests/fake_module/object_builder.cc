#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "objects.h"

namespace fake {
namespace {

Bytes text(const std::string& value) {
  return Bytes(value.begin(), value.end());
}

void add_common(Attributes& attributes, CK_OBJECT_CLASS object_class, const KeyHalf& half) {
  attributes[CKA_CLASS] = bytes_of(object_class);
  attributes[CKA_TOKEN] = bytes_of_flag(true);
  attributes[CKA_PRIVATE] = bytes_of_flag(half.needs_login);
  attributes[CKA_MODIFIABLE] = bytes_of_flag(false);
  attributes[CKA_DESTROYABLE] = bytes_of_flag(true);
  attributes[CKA_LABEL] = text(half.label);
  attributes[CKA_ID] = half.id;
}

void add_flags(Attributes& attributes, std::initializer_list<CK_ATTRIBUTE_TYPE> types, bool flag) {
  for (const CK_ATTRIBUTE_TYPE type : types)
    attributes[type] = bytes_of_flag(flag);
}

void add_key(Attributes& attributes, const Key& key, const Quirks& quirks) {
  attributes[CKA_KEY_TYPE] = bytes_of(is_rsa(key) ? CKK_RSA : CKK_EC);
  attributes[CKA_LOCAL] = bytes_of_flag(true);
  attributes[CKA_SUBJECT] = {};
  attributes[CKA_START_DATE] = {};
  attributes[CKA_END_DATE] = {};
  attributes[CKA_KEY_GEN_MECHANISM] = bytes_of(is_rsa(key) ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN);
  attributes[CKA_PUBLIC_KEY_INFO] = subject_public_key_info(key);
  if (is_rsa(key)) {
    attributes[CKA_MODULUS] = modulus_of(key);
    attributes[CKA_PUBLIC_EXPONENT] = exponent_of(key);
  } else {
    attributes[CKA_EC_PARAMS] = ec_parameters(key, quirks.ec_params);
  }
}

template <typename Encode>
Bytes encoded(Encode&& encode) {
  unsigned char* raw = nullptr;
  const int length = encode(&raw);
  if (length <= 0) return {};
  Bytes bytes(raw, raw + length);
  OPENSSL_free(raw);
  return bytes;
}

std::vector<Bytes> certificates_of(const CertificateRule& rule) {
  if (rule.value) return {*rule.value};
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(rule.pem.c_str(), "r"), BIO_free);
  if (!file) throw RuleError("cannot open " + rule.pem);
  std::vector<Bytes> values;
  while (rule.all || values.empty()) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
    if (!certificate) break;
    values.push_back(encoded([&](unsigned char** out) { return i2d_X509(certificate.get(), out); }));
  }
  if (values.empty()) throw RuleError("no certificate in " + rule.pem);
  return values;
}

std::vector<Object> objects_of_certificate(const CertificateRule& rule) {
  std::vector<Object> objects;
  for (const Bytes& value : certificates_of(rule)) {
    objects.insert(objects.end(), rule.copies, certificate_object(value, rule));
  }
  return objects;
}

}  // namespace

Object public_key_object(const Key& key, const KeyHalf& half, const Quirks& quirks) {
  Object object;
  add_common(object.own, CKO_PUBLIC_KEY, half);
  add_key(object.own, key, quirks);
  add_flags(object.own, {CKA_VERIFY}, true);
  add_flags(object.own, {CKA_ENCRYPT, CKA_WRAP, CKA_DERIVE, CKA_VERIFY_RECOVER, CKA_TRUSTED}, false);
  if (is_rsa(key)) {
    object.own[CKA_MODULUS_BITS] = bytes_of(bits_of(key));
  } else {
    object.own[CKA_EC_POINT] = ec_point(key, quirks.ec_point);
  }
  object.key = key;
  return object;
}

Object private_key_object(const Key& key, const KeyRule& rule, const Quirks& quirks) {
  Object object;
  add_common(object.own, CKO_PRIVATE_KEY, rule.private_half);
  add_key(object.own, key, quirks);
  object.own[CKA_SIGN] = bytes_of_flag(rule.sign);
  add_flags(object.own, {CKA_DECRYPT, CKA_UNWRAP, CKA_DERIVE, CKA_SIGN_RECOVER, CKA_WRAP_WITH_TRUSTED}, false);
  add_flags(object.own, {CKA_SENSITIVE, CKA_ALWAYS_SENSITIVE}, rule.sensitive);
  object.own[CKA_EXTRACTABLE] = bytes_of_flag(rule.extractable);
  object.own[CKA_NEVER_EXTRACTABLE] = bytes_of_flag(!rule.extractable);
  const bool announced =
      rule.authentication == Authentication::always || rule.authentication == Authentication::announced;
  if (rule.authentication != Authentication::demanded) {
    object.own[CKA_ALWAYS_AUTHENTICATE] = bytes_of_flag(announced);
  }
  Bytes& mechanisms = object.own[CKA_ALLOWED_MECHANISMS];
  for (const CK_MECHANISM_TYPE type : rule.mechanisms) {
    const Bytes bytes = bytes_of(type);
    mechanisms.insert(mechanisms.end(), bytes.begin(), bytes.end());
  }
  object.key = key;
  object.authentication = rule.authentication;
  return object;
}

Object certificate_object(const Bytes& value, const CertificateRule& rule) {
  Object object;
  KeyHalf common;
  common.label = rule.label;
  common.id = rule.id;
  common.needs_login = rule.needs_login;
  add_common(object.own, CKO_CERTIFICATE, common);
  object.own[CKA_CERTIFICATE_TYPE] = bytes_of(static_cast<unsigned long>(CKC_X_509));
  object.own[CKA_CERTIFICATE_CATEGORY] = bytes_of(0UL);
  object.own[CKA_TRUSTED] = bytes_of_flag(false);
  object.own[CKA_VALUE] = value;
  const unsigned char* at = value.data();
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(d2i_X509(nullptr, &at, static_cast<long>(value.size())),
                                                                X509_free);
  X509* parsed = certificate.get();
  object.own[CKA_SUBJECT] = parsed == nullptr ? Bytes{} : encoded([&](unsigned char** out) {
    return i2d_X509_NAME(X509_get_subject_name(parsed), out);
  });
  object.own[CKA_ISSUER] = parsed == nullptr ? Bytes{} : encoded([&](unsigned char** out) {
    return i2d_X509_NAME(X509_get_issuer_name(parsed), out);
  });
  object.own[CKA_SERIAL_NUMBER] = parsed == nullptr ? Bytes{} : encoded([&](unsigned char** out) {
    return i2d_ASN1_INTEGER(X509_get_serialNumber(parsed), out);
  });
  return object;
}

std::vector<Object> objects_of(const KeyRule& rule, const Key& key, const Quirks& quirks) {
  std::vector<Object> objects;
  if (rule.public_half.present) objects.push_back(public_key_object(key, rule.public_half, quirks));
  if (rule.private_half.present) objects.push_back(private_key_object(key, rule, quirks));
  return objects;
}

std::vector<Object> filler_objects(const FillerRule& rule, const Quirks& quirks) {
  std::vector<Object> bodies;
  if (rule.kind == FillerKind::pair) {
    KeyRule key;
    key.spec = "P-256";
    key.private_half.needs_login = true;
    bodies = objects_of(key, test_key(key.spec, true), quirks);
  } else if (rule.kind == FillerKind::certificate) {
    bodies.push_back(certificate_object(Bytes{0x30, 0x00}, CertificateRule{}));
  } else {
    Object data;
    add_common(data.own, CKO_DATA, KeyHalf{});
    bodies.push_back(data);
  }
  std::vector<Object> objects;
  for (Object& body : bodies) {
    body.shared = std::make_shared<const Attributes>(std::move(body.own));
    body.own.clear();
  }
  for (unsigned long number = 1; number <= rule.count; ++number) {
    Bytes id = bytes_of(number);
    id.resize(4);
    std::reverse(id.begin(), id.end());
    for (const Object& body : bodies) {
      Object& object = objects.emplace_back(body);
      object.own[CKA_LABEL] = text("filler-" + std::to_string(number));
      object.own[CKA_ID] = id;
    }
  }
  return objects;
}

std::vector<Object> objects_of(const ObjectRule& rule, const Quirks& quirks) {
  if (const auto* filler = std::get_if<FillerRule>(&rule)) return filler_objects(*filler, quirks);
  if (const auto* certificate = std::get_if<CertificateRule>(&rule)) return objects_of_certificate(*certificate);
  const auto& key = std::get<KeyRule>(rule);
  std::vector<Object> objects;
  for (unsigned long copy = 0; copy < key.copies; ++copy) {
    for (Object& object : objects_of(key, key_of_rule(key), quirks))
      objects.push_back(std::move(object));
  }
  return objects;
}

}  // namespace fake
