#pragma once

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string_view>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "support/test_sign_orders.h"

// Whether OpenSSL accepts a signature in the form that the Notary Project wants: RSASSA-PSS with a salt as long as the
// hash, or r and s at fixed width; for an approver's answer RSASSA-PKCS1-v1_5, and the hash is SHA-256. Independent of
// the product's own verification.
namespace support {

template <typename Type, void (*Free)(Type*)>
struct Freer {
  void operator()(Type* object) const { Free(object); }
};
template <typename Type, void (*Free)(Type*)>
using Owned = std::unique_ptr<Type, Freer<Type, Free>>;

using OpenSslKey = Owned<EVP_PKEY, EVP_PKEY_free>;

inline OpenSslKey openssl_key(const pkcs11::PublicKey& key) {
  Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free> builder(OSSL_PARAM_BLD_new());
  Owned<BIGNUM, BN_free> modulus, exponent;
  const char* type = "EC";
  if (const auto* rsa = std::get_if<pkcs11::RsaPublicKey>(&key)) {
    type = "RSA";
    modulus.reset(BN_bin2bn(rsa->modulus.data(), static_cast<int>(rsa->modulus.size()), nullptr));
    exponent.reset(BN_bin2bn(rsa->exponent.data(), static_cast<int>(rsa->exponent.size()), nullptr));
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  } else {
    const auto& ec = std::get<pkcs11::EcPublicKey>(key);
    const std::size_t width = ec.point.size();
    const char* curve = width == 65 ? "P-256" : width == 97 ? "P-384" : "P-521";
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, ec.point.data(), width);
  }
  Owned<OSSL_PARAM, OSSL_PARAM_free> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* result = nullptr;
  if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &result, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
    throw std::runtime_error("OpenSSL does not take the public key");
  return OpenSslKey(result);
}

inline base::Bytes as_der(base::ByteView fixed_width) {
  const int half = static_cast<int>(fixed_width.size() / 2);
  Owned<ECDSA_SIG, ECDSA_SIG_free> signature(ECDSA_SIG_new());
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(fixed_width.data(), half, nullptr),
                 BN_bin2bn(fixed_width.data() + half, half, nullptr));
  unsigned char* bytes = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &bytes);
  base::Bytes result(bytes, bytes + size);
  OPENSSL_free(bytes);
  return result;
}

inline bool verifies_ed25519(const pkcs11::PublicKey& key, std::string_view message, base::ByteView signature) {
  const base::Bytes& raw = std::get<pkcs11::Ed25519PublicKey>(key).bytes;
  const OpenSslKey verifier(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw.data(), raw.size()));
  Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, verifier.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes, message.size()) == 1;
}

inline bool verifies(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, std::string_view message,
                     base::ByteView signature, pkcs11::SignScheme scheme = pkcs11::SignScheme::notary) {
  const auto& traits = pkcs11::traits(spec);
  if (signature.size() != traits.signature_size) return false;
  const OpenSslKey verifier = openssl_key(key);
  Owned<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (EVP_DigestVerifyInit(context.get(), &options, signing::SignOrders::hash_of(pkcs11::hash_of(scheme, spec)),
                           nullptr, verifier.get()) != 1)
    return false;
  base::Bytes encoded(signature.begin(), signature.end());
  if (scheme != pkcs11::SignScheme::notary && traits.family == pkcs11::KeyFamily::rsa) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PADDING);
  } else if (traits.family == pkcs11::KeyFamily::rsa) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, static_cast<int>(traits.digest_size));
  } else {
    encoded = as_der(signature);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  return EVP_DigestVerify(context.get(), encoded.data(), encoded.size(), bytes, message.size()) == 1;
}

}  // namespace support
