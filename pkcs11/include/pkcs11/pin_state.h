#pragma once

#include <string_view>

#include "pkcs11/key_service.h"

namespace pkcs11 {

// Throws Error(pin_withheld) when a PIN must not be tried: it is locked, must be changed first, or one try is left and
// no person is at hand (Login::attended) to take the risk. From the flags of CK_TOKEN_INFO (PKCS#11 v2.40 section 3.1),
// which speak of the ordinary user's PIN and the security officer's, not of a vendor's role; not every token sets them.
// Needs no PIN in `login`. `attended_try` is how a person has it tried, for texts.
void require_usable_pin(const TokenState& token, const Login& login,
                        std::string_view attended_try = "sign once at a terminal with pin_source prompt");

// Whether a login comes before the use of private keys: CKF_LOGIN_REQUIRED or the quirk force-login, unless the quirk
// never-login forbids it, which wins over both.
bool needs_login(const TokenState& token, const Quirks& quirks);

}  // namespace pkcs11
