#pragma once

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "trust/ecdsa.h"
#include "trust/verify.h"

namespace trust {

bool is_der_signature(base::ByteView signature);

// verify_with_key for a message that is no order: a certificate that was put together.
void verify_message(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, base::ByteView message,
                    base::ByteView signature, Signer signer = Signer::token);

}  // namespace trust
