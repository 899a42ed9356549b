#pragma once

#include <optional>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace trust {

// An Ecdsa-Sig-Value (RFC 3279 section 2.2.3) as r and s at the fixed width of the spec's curve, which the Notary
// Project demands. Empty when the bytes are none, or r or s is wider.
std::optional<base::Bytes> to_fixed_width(base::ByteView der_signature, pkcs11::KeySpec spec);

// r and s at fixed width (PKCS#11 v2.40 section 2.3.1) as Ecdsa-Sig-Value.
base::Bytes to_der_signature(base::ByteView fixed_width);

}  // namespace trust
