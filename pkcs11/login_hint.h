#pragma once

#include <string>

#include "cryptoki.h"
#include "pkcs11/key_service.h"

namespace pkcs11 {

// What helps when a token that says it needs no login wants one all the same; empty in every other case.
inline std::string login_hint(const TokenState& token, bool logged_in, CK_RV answer) {
  if (logged_in || !token.user_pin_set || answer != CKR_USER_NOT_LOGGED_IN) return {};
  return "the token says that it needs no login, and wants one: set the quirk force-login for its module";
}

}  // namespace pkcs11
