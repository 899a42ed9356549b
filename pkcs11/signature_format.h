#pragma once

#include <optional>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace pkcs11 {

// A token's signature at the length the Notary Project demands (traits(spec).signature_size).
//
// EC: r and s at fixed width are taken as they are; a DER SEQUENCE of two positive integers in range, as some modules
// give, is converted. RSA: shorter than the modulus is filled with zeros on the left, whoever verifies it finds out
// whether that was right. Without a spec, Ed25519: 64 bytes are taken as they are. Throws Error(signature_invalid,
// sign) for everything else.
base::Bytes normalise_signature(base::ByteView signature, std::optional<KeySpec> spec);

}  // namespace pkcs11
