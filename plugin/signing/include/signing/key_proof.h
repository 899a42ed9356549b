#pragma once

#include "pkcs11/key_service.h"

namespace signing {

// Has the key sign random bytes and verifies the signature with `key`. Throws Error(signature_invalid) when the private
// half on the token does not belong to it; otherwise as KeyService::sign.
void prove_key(pkcs11::KeyService& service, const pkcs11::Uri& uri, const pkcs11::PublicKey& key,
               const pkcs11::Login* login);

}  // namespace signing
