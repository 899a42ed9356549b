#pragma once

#include "locator.h"
#include "pkcs11/sign_order.h"

namespace pkcs11 {

// Signs once with the located key. C_Sign is called a second time only when it answered CKR_USER_NOT_LOGGED_IN, which
// proves that nothing was signed, and then on a new session with the login that was missing.
SignResult sign_with(const Module& module, Located& located, const SignOrder& order, const PublicKey& expected,
                     const Login* login);

}  // namespace pkcs11
