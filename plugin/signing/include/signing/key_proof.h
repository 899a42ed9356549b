#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "pkcs11/key_service.h"

namespace signing {

// A signature over random bytes that the key's public half verifies: anybody can do so again, at any time.
struct KeyProof {
  base::Bytes challenge;
  base::Bytes signature;  // RSASSA-PSS, the salt as long as the hash; or an Ecdsa-Sig-Value (RFC 3279 section 2.2.3)
  std::string_view algorithm;  // "RSASSA-PSS-SHA-256", "ECDSA-SHA-384"
  std::string mechanism;       // CKM name that made it
};

// Has the key sign random bytes and verifies the signature with `key`. Throws Error(signature_invalid) when the private
// half on the token does not belong to it; otherwise as KeyService::sign.
KeyProof prove_key(pkcs11::KeyService& service, const pkcs11::Uri& uri, const pkcs11::PublicKey& key,
                   const pkcs11::Login* login);

}  // namespace signing
