#pragma once

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "trust/verify.h"

namespace trust {

// r and s at fixed width (PKCS#11 v2.40 section 2.3.1) as Ecdsa-Sig-Value (RFC 3279 section 2.2.3).
base::Bytes to_der_signature(base::ByteView fixed_width);
bool is_der_signature(base::ByteView signature);

// verify_with_key for a message that is no order: a certificate that was put together.
void verify_message(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, base::ByteView message,
                    base::ByteView signature, Signer signer = Signer::token);

}  // namespace trust
