#pragma once

#include "keys.h"
#include "mechanisms.h"
#include "objects.h"

namespace fake {

// The operation between C_SignInit and C_Sign.
struct SignOperation {
  Mechanism mechanism;
  Key key;
  std::string digest;      // hash of the signature scheme, empty for plain PKCS#1 and ECDSA over given data
  std::string mgf_digest;  // PSS
  int salt_length = 0;     // PSS
  bool needs_authentication = false;
  bool in_parts = false;
  Bytes data;  // C_SignUpdate

  std::size_t length() const { return signature_length(key); }
};

// Checks key and parameters as C_SignInit does; throws Refusal.
SignOperation start_signing(const Rules& rules, const CK_MECHANISM& mechanism, const Object& key);
// What C_Sign returns, in the form the rules ask for; throws Refusal.
Bytes sign(const SignOperation& operation, const Bytes& data, SignatureForm form);

}  // namespace fake
