#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

using Context = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;

const EVP_MD* hash_function(int hash) {
  return hash == 256 ? EVP_sha256() : hash == 384 ? EVP_sha384() : EVP_sha512();
}

Context verification(const std::string& key_file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(key_file.c_str(), "r"), BIO_free);
  REQUIRE(file);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  REQUIRE(key);
  Context context(EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  REQUIRE(EVP_PKEY_verify_init(context.get()) == 1);
  return context;
}

bool verifies(const Context& context, const Bytes& digest, const Bytes& signature) {
  return EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

}  // namespace

Bytes digest(int hash, const Bytes& data) {
  Bytes value(static_cast<std::size_t>(hash / 8));
  EVP_Digest(data.data(), data.size(), value.data(), nullptr, hash_function(hash), nullptr);
  return value;
}

bool verifies_pss(const std::string& key_file, int hash, const Bytes& digest, const Bytes& signature) {
  const Context context = verification(key_file);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING) == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), hash / 8) == 1);
  REQUIRE(EVP_PKEY_CTX_set_signature_md(context.get(), hash_function(hash)) == 1);
  REQUIRE(EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), hash_function(hash)) == 1);
  return verifies(context, digest, signature);
}

bool verifies_pkcs1(const std::string& key_file, int hash, const Bytes& digest, const Bytes& signature) {
  const Context context = verification(key_file);
  REQUIRE(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1);
  REQUIRE(EVP_PKEY_CTX_set_signature_md(context.get(), hash_function(hash)) == 1);
  return verifies(context, digest, signature);
}

bool verifies_ecdsa_der(const std::string& key_file, const Bytes& digest, const Bytes& signature) {
  return verifies(verification(key_file), digest, signature);
}

bool verifies_ecdsa(const std::string& key_file, const Bytes& digest, const Bytes& signature) {
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  const int half = static_cast<int>(signature.size() / 2);
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(signature.data(), half, nullptr),
                 BN_bin2bn(signature.data() + half, half, nullptr));
  unsigned char* raw = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &raw);
  REQUIRE(length > 0);
  const Bytes der(raw, raw + length);
  OPENSSL_free(raw);
  return verifies_ecdsa_der(key_file, digest, der);
}
