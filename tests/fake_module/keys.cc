#include "keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace fake {
namespace {

struct Curve {
  const char* spec;
  const char* name;
  const char* printable;
};

constexpr std::array kCurves = {Curve{"P-224", "secp224r1", "secp224r1"}, Curve{"P-256", "prime256v1", "secp256r1"},
                                Curve{"P-384", "secp384r1", "secp384r1"}, Curve{"P-521", "secp521r1", "secp521r1"},
                                Curve{"secp256k1", "secp256k1", "secp256k1"}};

using File = std::unique_ptr<BIO, decltype(&BIO_free)>;

File open_file(const std::string& path, const char* mode) {
  File file(BIO_new_file(path.c_str(), mode), BIO_free);
  if (!file) throw RuleError("cannot open " + path);
  return file;
}

std::string curve_name(const Key& key) {
  std::array<char, 64> name{};
  std::size_t length = 0;
  if (EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), &length) != 1) throw Refusal{CKR_GENERAL_ERROR};
  return std::string(name.data(), length);
}

const Curve& curve(const Key& key) {
  const std::string name = curve_name(key);
  for (const Curve& each : kCurves) {
    if (name == each.name) return each;
  }
  throw RuleError("a key on the unknown curve " + name);
}

Bytes number_of_key(const Key& key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), name, &raw) != 1) throw Refusal{CKR_GENERAL_ERROR};
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(raw, BN_free);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(raw)));
  BN_bn2bin(raw, bytes.data());
  return bytes;
}

// Calls one of OpenSSL's i2d functions.
template <typename Encode>
Bytes der(Encode&& encode) {
  unsigned char* raw = nullptr;
  const int length = encode(&raw);
  if (length <= 0) throw Refusal{CKR_GENERAL_ERROR};
  Bytes bytes(raw, raw + length);
  OPENSSL_free(raw);
  return bytes;
}

}  // namespace

Key read_key(const std::string& pem_file) {
  const File file = open_file(pem_file, "r");
  Key key(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key) throw RuleError("no private key in " + pem_file);
  return key;
}

void write_key(const Key& key, const std::string& pem_file) {
  const File file = open_file(pem_file, "w");
  if (PEM_write_bio_PrivateKey(file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw Refusal{CKR_DEVICE_MEMORY};
  }
}

Key generate_rsa_key(unsigned int bits) {
  Key key(EVP_RSA_gen(bits), EVP_PKEY_free);
  if (!key) throw Refusal{CKR_FUNCTION_FAILED};
  return key;
}

Key generate_ec_key(const std::string& name) {
  Key key(EVP_EC_gen(name.c_str()), EVP_PKEY_free);
  if (!key) throw Refusal{CKR_FUNCTION_FAILED};
  return key;
}

Key test_key(const std::string& spec, bool other) {
  std::string file = spec;
  std::transform(file.begin(), file.end(), file.begin(), [](unsigned char letter) { return std::tolower(letter); });
  return read_key(std::string(FAKE_PKCS11_KEYS) + "/" + file + (other ? "-other.pem" : ".pem"));
}

Key key_of_rule(const KeyRule& rule) {
  if (!rule.pem.empty()) return read_key(rule.pem);
  if (!rule.generate) return test_key(rule.spec);
  const std::string name = curve_of(rule.spec);
  if (!name.empty()) return generate_ec_key(name);
  return generate_rsa_key(static_cast<unsigned int>(std::stoul(rule.spec.substr(4))));
}

bool is_rsa(const Key& key) {
  return EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA;
}

std::string spec_of(const Key& key) {
  return is_rsa(key) ? "RSA-" + std::to_string(bits_of(key)) : std::string(curve(key).spec);
}

std::string curve_of(const std::string& spec) {
  for (const Curve& each : kCurves) {
    if (spec == each.spec) return each.name;
  }
  return {};
}

unsigned long bits_of(const Key& key) {
  return static_cast<unsigned long>(EVP_PKEY_get_bits(key.get()));
}

std::size_t signature_length(const Key& key) {
  const std::size_t bytes = (bits_of(key) + 7) / 8;
  return is_rsa(key) ? bytes : 2 * bytes;
}

Bytes modulus_of(const Key& key) {
  return number_of_key(key, OSSL_PKEY_PARAM_RSA_N);
}
Bytes exponent_of(const Key& key) {
  return number_of_key(key, OSSL_PKEY_PARAM_RSA_E);
}

Bytes subject_public_key_info(const Key& key) {
  return der([&](unsigned char** out) { return i2d_PUBKEY(key.get(), out); });
}

Bytes ec_parameters(const Key& key, ParametersForm form) {
  const Curve& named = curve(key);
  if (form == ParametersForm::name) {
    const std::string name = named.printable;
    Bytes bytes = {0x13, static_cast<std::uint8_t>(name.size())};
    bytes.insert(bytes.end(), name.begin(), name.end());
    return bytes;
  }
  const int nid = OBJ_sn2nid(named.name);
  if (form == ParametersForm::oid) {
    return der([&](unsigned char** out) { return i2d_ASN1_OBJECT(OBJ_nid2obj(nid), out); });
  }
  const std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)> group(EC_GROUP_new_by_curve_name(nid), EC_GROUP_free);
  EC_GROUP_set_asn1_flag(group.get(), OPENSSL_EC_EXPLICIT_CURVE);
  return der([&](unsigned char** out) { return i2d_ECPKParameters(group.get(), out); });
}

Bytes ec_point(const Key& key, PointForm form) {
  const Bytes x = number_of_key(key, OSSL_PKEY_PARAM_EC_PUB_X);
  const Bytes y = number_of_key(key, OSSL_PKEY_PARAM_EC_PUB_Y);
  const std::size_t field = (bits_of(key) + 7) / 8;
  Bytes point(1 + 2 * field);
  point[0] = 0x04;
  std::copy_backward(x.begin(), x.end(), point.begin() + static_cast<std::ptrdiff_t>(1 + field));
  std::copy_backward(y.begin(), y.end(), point.end());
  if (form == PointForm::raw) return point;
  if (form == PointForm::compressed) {
    point[0] = static_cast<std::uint8_t>(0x02 | (point.back() & 1));
    point.resize(1 + field);
  }
  Bytes wrapped = {0x04};
  if (point.size() > 127 && form != PointForm::malformed) wrapped.push_back(0x81);
  wrapped.push_back(static_cast<std::uint8_t>(point.size()));
  wrapped.insert(wrapped.end(), point.begin(), point.end());
  return wrapped;
}

std::string curve_of_parameters(const Bytes& parameters) {
  const unsigned char* at = parameters.data();
  const std::unique_ptr<ASN1_OBJECT, decltype(&ASN1_OBJECT_free)> object(
      d2i_ASN1_OBJECT(nullptr, &at, static_cast<long>(parameters.size())), ASN1_OBJECT_free);
  if (!object || at != parameters.data() + parameters.size()) throw Refusal{CKR_DOMAIN_PARAMS_INVALID};
  const char* name = OBJ_nid2sn(OBJ_obj2nid(object.get()));
  for (const Curve& each : kCurves) {
    if (std::string(name) == each.name) return name;
  }
  throw Refusal{CKR_CURVE_NOT_SUPPORTED};
}

}  // namespace fake
