#pragma once

#include "signing.h"

namespace fake {

// Signs `input`, already hashed where the mechanism hashes, and bends the result into the form of the quirk
// `signature`. Throws Refusal.
Bytes formed_signature(const SignOperation& operation, const Bytes& input, SignatureForm form);

}  // namespace fake
