#pragma once

#include "module.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// Everything that the token shows of the one key that the URI means. With a login it logs in before it searches.
// Errors: those of locate() and of the login.
KeyDetails describe_key(const Module& module, const InspectOrder& order, const Login* login);

}  // namespace pkcs11
