#pragma once

#include "pkcs11/key_service.h"

namespace pkcs11 {

// Throws Error(pin_withheld) when a PIN must not be tried: it is locked, must be changed first, or one try is left and
// no person is at hand (`attended`) to take the risk. From the flags of CK_TOKEN_INFO (PKCS#11 v2.40 section 3.1); not
// every token sets them.
void require_usable_pin(const TokenState& token, bool attended);

}  // namespace pkcs11
