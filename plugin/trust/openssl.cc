#include "openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/error.h"
#include "der.h"
#include "oids.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using ParamBuilder = std::unique_ptr<OSSL_PARAM_BLD, Releaser<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Releaser<OSSL_PARAM_free>>;
using BigNumber = std::unique_ptr<BIGNUM, Releaser<BN_free>>;

BigNumber number(const base::Bytes& big_endian) {
  return BigNumber(BN_bin2bn(big_endian.data(), static_cast<int>(big_endian.size()), nullptr));
}

EvpKey key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const bool made = params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  if (!made) ERR_clear_error();
  return EvpKey(made ? key : nullptr);
}

EvpKey make_rsa_key(const pkcs11::RsaPublicKey& rsa) {
  const BigNumber modulus = number(rsa.modulus);
  const BigNumber exponent = number(rsa.exponent);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const bool filled = builder && modulus && exponent &&
                      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
                      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1;
  return filled ? key_from("RSA", builder.get()) : nullptr;
}

const char* group_name(base::ByteView curve_der) {
  struct Group {
    base::ByteView oid;
    const char* name;
  };
  static constexpr std::array kGroups{Group{oid::kP256, "prime256v1"}, Group{oid::kP384, "secp384r1"},
                                      Group{oid::kP521, "secp521r1"}, Group{oid::kP224, "secp224r1"}};
  if (curve_der.size() < 2) return nullptr;
  for (const Group& group : kGroups) {
    if (der::same(group.oid, curve_der.subspan(2))) return group.name;
  }
  return nullptr;
}

EvpKey make_ec_key(const pkcs11::EcPublicKey& ec) {
  const char* group = group_name(ec.curve);
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  const bool filled =
      group != nullptr && builder &&
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, ec.point.data(), ec.point.size()) == 1;
  return filled ? key_from("EC", builder.get()) : nullptr;
}

bool start(std::uint64_t more) {
  return OPENSSL_init_crypto(
             OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_ATEXIT | more,
             nullptr) == 1;
}

base::Error does_not_start() {
  return {base::ErrorKind::internal, base::Phase::chain, "OpenSSL does not start"};
}

const EVP_MD* fetch(const char* name) {
  start_openssl();
  const EVP_MD* hash = EVP_MD_fetch(nullptr, name, nullptr);
  if (hash == nullptr) ERR_clear_error();
  return hash;
}

}  // namespace

// Nothing is said about the tables of names: the first fetch fills them. Told to leave them out, OpenSSL leaves them
// empty for good, and TLS finds every certificate too weak.
void start_openssl() {
  static const bool started = start(0);
  if (!started) throw does_not_start();
}

void start_openssl_without_tls() {
  if (!start(OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS)) throw does_not_start();
}

const EVP_MD* fetched(SignatureHash hash) {
  switch (hash) {
    case SignatureHash::sha_256: {
      static const EVP_MD* const kFetched = fetch("SHA2-256");
      return kFetched;
    }
    case SignatureHash::sha_384: {
      static const EVP_MD* const kFetched = fetch("SHA2-384");
      return kFetched;
    }
    case SignatureHash::sha_512: {
      static const EVP_MD* const kFetched = fetch("SHA2-512");
      return kFetched;
    }
    case SignatureHash::sha_1: {
      static const EVP_MD* const kFetched = fetch("SHA1");
      return kFetched;
    }
    default:
      return nullptr;
  }
}

const EVP_MD* fetched(pkcs11::Hash hash) {
  switch (hash) {
    case pkcs11::Hash::sha_256:
      return fetched(SignatureHash::sha_256);
    case pkcs11::Hash::sha_384:
      return fetched(SignatureHash::sha_384);
    case pkcs11::Hash::sha_512:
      return fetched(SignatureHash::sha_512);
  }
  return nullptr;
}

base::Bytes hash_bytes(const EVP_MD* hash, base::ByteView bytes) {
  base::Bytes result(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  const bool hashed =
      hash != nullptr && EVP_Digest(bytes.data(), bytes.size(), result.data(), &size, hash, nullptr) == 1;
  if (!hashed) throw base::Error(base::ErrorKind::internal, base::Phase::verify, "OpenSSL does not hash");
  result.resize(size);
  return result;
}

base::Bytes digest(pkcs11::Hash hash, base::ByteView bytes) {
  return hash_bytes(fetched(hash), bytes);
}

EvpKey make_key(const pkcs11::PublicKey& key) {
  start_openssl();
  if (const auto* rsa = std::get_if<pkcs11::RsaPublicKey>(&key)) return make_rsa_key(*rsa);
  if (const auto* ec = std::get_if<pkcs11::EcPublicKey>(&key)) return make_ec_key(*ec);
  return make_ed25519_key(std::get<pkcs11::Ed25519PublicKey>(key).bytes);
}

EvpKey make_ed25519_key(base::ByteView raw) {
  start_openssl();
  EvpKey key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, raw.data(), raw.size()));
  if (!key) ERR_clear_error();
  return key;
}

bool verify_digest(EVP_PKEY* key, const EVP_MD* hash, base::ByteView digest, base::ByteView signature, Padding padding,
                   int salt_length) {
  if (key == nullptr || hash == nullptr) return false;
  const EvpKeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  bool verified = context && EVP_PKEY_verify_init(context.get()) == 1;
  if (padding != Padding::none) {
    const int mode = padding == Padding::pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING;
    verified = verified && EVP_PKEY_CTX_set_rsa_padding(context.get(), mode) == 1;
  }
  verified = verified && EVP_PKEY_CTX_set_signature_md(context.get(), hash) == 1;
  if (padding == Padding::pss) {
    verified = verified && EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), hash) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt_length) == 1;
  }
  verified =
      verified && EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
  if (!verified) ERR_clear_error();
  return verified;
}

bool verify_ed25519(EVP_PKEY* key, base::ByteView message, base::ByteView signature) {
  if (key == nullptr) return false;
  const std::unique_ptr<EVP_MD_CTX, Releaser<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const bool verified =
      context && EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key, nullptr) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  if (!verified) ERR_clear_error();
  return verified;
}

}  // namespace trust
