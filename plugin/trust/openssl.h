#pragma once

#include <openssl/evp.h>

#include <memory>
#include <vector>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "trust/certificate.h"

namespace trust {

template <auto release>
struct Releaser {
  template <typename T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};
using EvpKey = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using EvpKeyContext = std::unique_ptr<EVP_PKEY_CTX, Releaser<EVP_PKEY_CTX_free>>;

// Fetched once a process; null for a hash that is not available.
const EVP_MD* fetched(SignatureHash hash);
const EVP_MD* fetched(pkcs11::Hash hash);

base::Bytes hash_bytes(const EVP_MD* hash, base::ByteView bytes);

// Empty when the key is none: a point off its curve, a curve that OpenSSL does not have.
EvpKey make_key(const pkcs11::PublicKey& key);
EvpKey make_ed25519_key(base::ByteView raw);

enum class Padding { none, pkcs1, pss };
inline constexpr int kSaltAsLongAsHash = -1;  // RSA_PSS_SALTLEN_DIGEST
inline constexpr int kSaltOfAnyLength = -2;   // RSA_PSS_SALTLEN_AUTO

// Verifies over a digest; MGF1 uses the same hash. False also when OpenSSL fails for any other reason.
bool verify_digest(EVP_PKEY* key, const EVP_MD* hash, base::ByteView digest, base::ByteView signature, Padding padding,
                   int salt_length = kSaltAsLongAsHash);
bool verify_ed25519(EVP_PKEY* key, base::ByteView message, base::ByteView signature);

}  // namespace trust
