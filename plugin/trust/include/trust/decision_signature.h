#pragma once

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "pkcs11/sign_order.h"

namespace trust {

// An approver's signature as a service wants it, out of what KeyService::sign gave for an order of the purpose
// decision: RSASSA-PKCS1-v1_5 and Ed25519 as they are, ECDSA's r and s as Ecdsa-Sig-Value (RFC 3279 section 2.2.3).
// Verified with `key` over the order's message: throws Error(signature_invalid, Phase::verify).
base::Bytes finish_decision(const pkcs11::PublicKey& key, const pkcs11::SignOrder& order, base::ByteView signature);

}  // namespace trust
