#include "fake_service.h"

#include <openssl/pem.h>

namespace fake_service {
namespace {

base::Bytes number(const EVP_PKEY* key, const char* name) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) throw std::runtime_error(name);
  base::Bytes bytes(static_cast<std::size_t>(BN_num_bytes(value)));
  BN_bn2bin(value, bytes.data());
  BN_free(value);
  return bytes;
}

base::Bytes point(EVP_PKEY* key) {
  base::Bytes bytes(256);
  std::size_t size = 0;
  EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed");
  if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size(), &size) != 1)
    throw std::runtime_error("no point");
  bytes.resize(size);
  return bytes;
}

std::string spec_name(KeySpec spec) {
  const KeySpecTraits& key = traits(spec);
  return (key.family == KeyFamily::rsa ? "RSA-" : "P-") + std::to_string(key.bits);
}

}  // namespace

PublicKey FakeService::test_key(KeySpec spec, bool other) {
  const std::string file = other ? FakeToken::other_key_file(spec_name(spec)) : FakeToken::key_file(spec_name(spec));
  support::Owned<BIO, BIO_free_all> input(BIO_new_file(file.c_str(), "r"));
  if (!input) throw std::runtime_error("cannot open " + file);
  const support::OpenSslKey key(PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr));
  if (!key) throw std::runtime_error("no key in " + file);
  if (traits(spec).family == KeyFamily::rsa)
    return RsaPublicKey{number(key.get(), OSSL_PKEY_PARAM_RSA_N), number(key.get(), OSSL_PKEY_PARAM_RSA_E)};
  const base::ByteView oid = curve_oid(spec);
  return EcPublicKey{base::Bytes(oid.begin(), oid.end()), point(key.get())};
}

}  // namespace fake_service
