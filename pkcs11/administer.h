#pragma once

#include "module.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// Carries out a TokenService::administer on one token and reads the token's state afterwards.
TokenState administer_token(const Module& module, const TokenOrder& order);

}  // namespace pkcs11
