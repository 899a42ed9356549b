#include "certificates.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace support {
namespace {

using base::Bytes;
using base::ByteView;

void demand(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("test certificate: ") + what);
}

template <typename T, int encode(const T*, unsigned char**)>
Bytes der_of(const T* value) {
  unsigned char* out = nullptr;
  const int size = encode(value, &out);
  demand(size > 0, "encode");
  Bytes bytes(out, out + size);
  OPENSSL_free(out);
  return bytes;
}

using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;
using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

X509Pointer parse(ByteView der) {
  const unsigned char* in = der.data();
  X509Pointer certificate(d2i_X509(nullptr, &in, static_cast<long>(der.size())), X509_free);
  demand(certificate != nullptr, "parse");
  return certificate;
}

Bytes bytes_of(const BIGNUM* number, int width) {
  Bytes bytes(static_cast<std::size_t>(width));
  demand(BN_bn2binpad(number, bytes.data(), width) == width, "number");
  return bytes;
}

Bytes parameter(EVP_PKEY* key, const char* name) {
  BIGNUM* number = nullptr;
  demand(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
  Bytes bytes = bytes_of(number, BN_num_bytes(number));
  BN_free(number);
  return bytes;
}

const char* hash_name(pkcs11::KeySpec spec) {
  switch (pkcs11::traits(spec).hash) {
    case pkcs11::Hash::sha_384:
      return "SHA384";
    case pkcs11::Hash::sha_512:
      return "SHA512";
    default:
      return "SHA256";
  }
}

// Null hash name: the key hashes by itself (Ed25519).
Context start_signing(EVP_PKEY* key, const char* hash, bool pss, int salt, const char* mask_hash) {
  Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* parameters = nullptr;
  demand(EVP_DigestSignInit_ex(context.get(), &parameters, hash, nullptr, nullptr, key, nullptr) == 1, "sign init");
  if (pss) {
    demand(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1, "padding");
    demand(EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt < 0 ? RSA_PSS_SALTLEN_DIGEST : salt) == 1, "salt");
    demand(EVP_PKEY_CTX_set_rsa_mgf1_md_name(parameters, mask_hash, nullptr) == 1, "mask");
  }
  return context;
}

Bytes sign_with(const Context& context, ByteView message) {
  std::size_t size = 0;
  demand(EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) == 1, "sign size");
  Bytes signature(size);
  demand(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1, "sign");
  signature.resize(size);
  return signature;
}

void add_extension(X509* certificate, int nid, const std::string& text) {
  if (text.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, text.c_str());
  demand(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "extension");
  X509_EXTENSION_free(extension);
}

void add_raw_extension(X509* certificate, const RawExtension& raw) {
  ASN1_OBJECT* type = OBJ_txt2obj(raw.oid.c_str(), 1);
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  ASN1_OCTET_STRING_set(value, raw.value.data(), static_cast<int>(raw.value.size()));
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, type, raw.critical ? 1 : 0, value);
  demand(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "raw extension");
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(value);
  ASN1_OBJECT_free(type);
}

void set_time(ASN1_TIME* field, std::int64_t seconds) {
  demand(ASN1_TIME_set(field, static_cast<time_t>(seconds)) != nullptr, "time");
}

X509Pointer fill(const CertificateTemplate& form, const TestKey& key) {
  X509Pointer certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), form.version - 1);
  ASN1_INTEGER* serial = X509_get_serialNumber(certificate.get());
  ASN1_STRING_set(serial, form.serial.data(), static_cast<int>(form.serial.size()));
  set_time(X509_getm_notBefore(certificate.get()), form.not_before);
  set_time(X509_getm_notAfter(certificate.get()), form.not_after);
  if (!form.common_name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(form.common_name.data()),
                               static_cast<int>(form.common_name.size()), -1, 0);
  }
  demand(X509_set_pubkey(certificate.get(), key.get()) == 1, "public key");
  add_extension(certificate.get(), NID_basic_constraints, form.basic_constraints);
  add_extension(certificate.get(), NID_key_usage, form.key_usage);
  add_extension(certificate.get(), NID_ext_key_usage, form.extended_key_usage);
  for (const RawExtension& raw : form.extensions)
    add_raw_extension(certificate.get(), raw);
  return certificate;
}

Bytes sign_certificate(X509* certificate, const CertificateTemplate& form, const TestKey& issuer) {
  const bool hashes_itself = EVP_PKEY_get_id(issuer.get()) == EVP_PKEY_ED25519;
  const char* hash = hashes_itself ? nullptr : form.hash.c_str();
  const Context context = start_signing(issuer.get(), hash, form.pss, form.pss_salt, form.hash.c_str());
  demand(X509_sign_ctx(certificate, context.get()) > 0, "sign certificate");
  return der_of<X509, i2d_X509>(certificate);
}

Bytes wrap(std::uint8_t tag, ByteView content) {
  Bytes out{tag};
  if (content.size() >= 0x80) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(content.size() >> 8));
    if (content.size() < 0x100) out = {tag, 0x81};
  }
  out.push_back(static_cast<std::uint8_t>(content.size()));
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

// Size of the first element, header included; lengths of two bytes at most.
std::size_t element_size(ByteView der) {
  if (der[1] < 0x80) return std::size_t{2} + der[1];
  if (der[1] == 0x81) return std::size_t{3} + der[2];
  return std::size_t{4} + (static_cast<std::size_t>(der[2]) << 8 | der[3]);
}
std::size_t header_size(ByteView der) {
  return der[1] < 0x80 ? 2 : der[1] == 0x81 ? 3 : 4;
}

std::size_t replace_all(Bytes& bytes, ByteView from, ByteView to) {
  std::size_t count = 0;
  for (auto at = std::ranges::search(bytes, from); !at.empty();
       at = std::ranges::search(at.begin() + static_cast<std::ptrdiff_t>(from.size()), bytes.end(), from.begin(),
                                from.end())) {
    std::ranges::copy(to, at.begin());
    ++count;
  }
  return count;
}

const TestKey& cached(std::map<pkcs11::KeySpec, TestKey>& keys, pkcs11::KeySpec spec) {
  auto found = keys.find(spec);
  if (found == keys.end()) found = keys.emplace(spec, TestKey::of(spec)).first;
  return found->second;
}

}  // namespace

TestKey::TestKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {
  demand(key != nullptr, "key");
}

TestKey TestKey::rsa(unsigned bits, unsigned long exponent) {
  std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), EVP_PKEY_CTX_free);
  BIGNUM* number = BN_new();
  BN_set_word(number, exponent);
  demand(EVP_PKEY_keygen_init(context.get()) == 1, "key generation");
  EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), static_cast<int>(bits));
  EVP_PKEY_CTX_set1_rsa_keygen_pubexp(context.get(), number);
  BN_free(number);
  EVP_PKEY* key = nullptr;
  demand(EVP_PKEY_generate(context.get(), &key) == 1, "key generation");
  return TestKey(key);
}

TestKey TestKey::ec(const std::string& curve) {
  return TestKey(EVP_EC_gen(curve.c_str()));
}
TestKey TestKey::ed25519() {
  return TestKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

TestKey TestKey::of(pkcs11::KeySpec spec) {
  const pkcs11::KeySpecTraits& traits = pkcs11::traits(spec);
  if (traits.family == pkcs11::KeyFamily::rsa) return rsa(traits.bits);
  return ec("P-" + std::to_string(traits.bits));
}

const TestKey& TestKey::shared(pkcs11::KeySpec spec) {
  static std::map<pkcs11::KeySpec, TestKey> keys;
  return cached(keys, spec);
}

const TestKey& TestKey::other(pkcs11::KeySpec spec) {
  static std::map<pkcs11::KeySpec, TestKey> keys;
  return cached(keys, spec);
}

TestKey TestKey::with_explicit_parameters() const {
  TestKey copy(EVP_PKEY_dup(get()));
  demand(EVP_PKEY_set_utf8_string_param(copy.get(), OSSL_PKEY_PARAM_EC_ENCODING, "explicit") == 1, "encoding");
  return copy;
}

TestKey TestKey::with_compressed_point() const {
  TestKey copy(EVP_PKEY_dup(get()));
  demand(EVP_PKEY_set_utf8_string_param(copy.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "compressed") == 1,
         "point format");
  return copy;
}

pkcs11::PublicKey TestKey::public_key() const {
  if (EVP_PKEY_get_base_id(get()) == EVP_PKEY_RSA) {
    return pkcs11::RsaPublicKey{parameter(get(), OSSL_PKEY_PARAM_RSA_N), parameter(get(), OSSL_PKEY_PARAM_RSA_E)};
  }
  if (EVP_PKEY_get_base_id(get()) == EVP_PKEY_ED25519) {
    Bytes bytes(32);
    std::size_t size = bytes.size();
    demand(EVP_PKEY_get_raw_public_key(get(), bytes.data(), &size) == 1, "raw key");
    return pkcs11::Ed25519PublicKey{bytes};
  }
  char group[64];
  demand(EVP_PKEY_get_group_name(get(), group, sizeof group, nullptr) == 1, "group");
  const ASN1_OBJECT* object = OBJ_nid2obj(OBJ_sn2nid(group));
  Bytes point(256);
  std::size_t size = 0;
  demand(EVP_PKEY_get_octet_string_param(get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size(), &size) == 1,
         "point");
  point.resize(size);
  return pkcs11::EcPublicKey{der_of<ASN1_OBJECT, i2d_ASN1_OBJECT>(object), point};
}

Bytes TestKey::spki() const {
  return der_of<EVP_PKEY, i2d_PUBKEY>(get());
}

std::string TestKey::private_pem() const {
  std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  demand(PEM_write_bio_PrivateKey(out.get(), get(), nullptr, nullptr, 0, nullptr, nullptr) == 1, "write key");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Bytes TestKey::sign(pkcs11::KeySpec spec, ByteView message, int salt) const {
  const pkcs11::KeySpecTraits& traits = pkcs11::traits(spec);
  if (traits.family == pkcs11::KeyFamily::rsa) return sign_pss(hash_name(spec), message, salt, hash_name(spec));
  const Bytes der = sign_der(hash_name(spec), message);
  const unsigned char* in = der.data();
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()));
  const int width = static_cast<int>(traits.signature_size / 2);
  Bytes signature = bytes_of(ECDSA_SIG_get0_r(pair), width);
  const Bytes s = bytes_of(ECDSA_SIG_get0_s(pair), width);
  ECDSA_SIG_free(pair);
  signature.insert(signature.end(), s.begin(), s.end());
  return signature;
}

Bytes TestKey::sign_pkcs1(const std::string& hash, ByteView message) const {
  return sign_with(start_signing(get(), hash.c_str(), false, 0, nullptr), message);
}

Bytes TestKey::sign_pss(const std::string& hash, ByteView message, int salt, const std::string& mask_hash) const {
  return sign_with(start_signing(get(), hash.c_str(), true, salt, mask_hash.c_str()), message);
}

Bytes TestKey::sign_der(const std::string& hash, ByteView message) const {
  return sign_pkcs1(hash, message);
}

Bytes TestKey::sign_ed25519(ByteView message) const {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  demand(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, get()) == 1, "signing");
  Bytes signature(64);
  std::size_t size = signature.size();
  demand(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1, "signing");
  return signature;
}

CertificateTemplate leaf_template(const std::string& common_name) {
  CertificateTemplate form;
  form.common_name = common_name;
  form.key_usage = "critical,digitalSignature";
  form.extended_key_usage = "codeSigning";
  return form;
}

CertificateTemplate ca_template(const std::string& common_name) {
  CertificateTemplate form;
  form.common_name = common_name;
  form.key_usage = "critical,keyCertSign,cRLSign";
  form.basic_constraints = "critical,CA:TRUE";
  return form;
}

Bytes self_sign(const CertificateTemplate& form, const TestKey& key) {
  const X509Pointer certificate = fill(form, key);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  return sign_certificate(certificate.get(), form, key);
}

Bytes issue(const CertificateTemplate& form, const TestKey& key, const Authority& issuer) {
  const X509Pointer certificate = fill(form, key);
  const X509Pointer parent = parse(issuer.certificate);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(parent.get()));
  return sign_certificate(certificate.get(), form, issuer.key);
}

Bytes patch(ByteView certificate, const TestKey& issuer, ByteView from, ByteView to) {
  demand(from.size() == to.size(), "patch of another size");
  const ByteView content = certificate.subspan(header_size(certificate));
  const std::size_t tbs_size = element_size(content);
  const ByteView after = content.subspan(tbs_size);
  Bytes tbs(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(tbs_size));
  Bytes algorithm(after.begin(), after.begin() + static_cast<std::ptrdiff_t>(element_size(after)));
  demand(replace_all(tbs, from, to) + replace_all(algorithm, from, to) > 0, "nothing to patch");

  Bytes bits = issuer.sign_der("SHA256", tbs);
  bits.insert(bits.begin(), 0);
  const Bytes signature = wrap(0x03, bits);
  Bytes whole = tbs;
  whole.insert(whole.end(), algorithm.begin(), algorithm.end());
  whole.insert(whole.end(), signature.begin(), signature.end());
  return wrap(0x30, whole);
}

Chain make_chain(const TestKey& leaf_key) {
  const TestKey root_key = TestKey::ec("P-256");
  const TestKey intermediate_key = TestKey::ec("P-256");
  Authority root{root_key, self_sign(ca_template("root"), root_key)};
  Authority intermediate{intermediate_key, issue(ca_template("intermediate"), intermediate_key, root)};
  Bytes leaf = issue(leaf_template(), leaf_key, intermediate);
  return {root, intermediate, leaf};
}

std::string pem(ByteView certificate) {
  std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio(out.get(), "CERTIFICATE", "", certificate.data(), static_cast<long>(certificate.size()));
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

std::string pem(const std::vector<Bytes>& certificates) {
  std::string text;
  for (const Bytes& certificate : certificates)
    text += pem(certificate);
  return text;
}

}  // namespace support
