#pragma once

#include <openssl/evp.h>

#include <stdexcept>
#include <string_view>

#include "base/bytes.h"
#include "pkcs11/sign_order.h"

// Orders for tests of the rooms below signing. Never linked together with the product's signing room, which defines the
// class of this name.
namespace signing {

class SignOrders {
 public:
  static pkcs11::SignOrder over(pkcs11::KeySpec spec, std::string_view message,
                                pkcs11::SignPurpose purpose = pkcs11::SignPurpose::challenge) {
    base::Bytes digest(EVP_MAX_MD_SIZE);
    unsigned int size = 0;
    const EVP_MD* hash = hash_of(pkcs11::hash_of(pkcs11::scheme_of(purpose), spec));
    if (EVP_Digest(message.data(), message.size(), digest.data(), &size, hash, nullptr) != 1)
      throw std::runtime_error("EVP_Digest");
    digest.resize(size);
    const auto bytes = base::bytes_of(message);
    return {purpose, spec, base::Bytes(bytes.begin(), bytes.end()), std::move(digest)};
  }

  // A decision, by an Ed25519 key.
  static pkcs11::SignOrder over_with_ed25519(std::string_view message) {
    const auto bytes = base::bytes_of(message);
    return pkcs11::SignOrder(base::Bytes(bytes.begin(), bytes.end()));
  }

  static const EVP_MD* hash_of(pkcs11::Hash hash) {
    switch (hash) {
      case pkcs11::Hash::sha_256:
        return EVP_sha256();
      case pkcs11::Hash::sha_384:
        return EVP_sha384();
      default:
        return EVP_sha512();
    }
  }
};

}  // namespace signing
