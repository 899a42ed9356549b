#pragma once

#include <memory>

#include "pkcs11/token_service.h"
#include "token/commands.h"
#include "token_access.h"

namespace operators {

// The module of the flags: by its path or by a key that has one. Error(invalid_request) when they name neither or both.
std::unique_ptr<TokenAccess> open_module(const TokenChoice& choice);

// The one initialised token that the flags select; nothing but what a token shows to everybody is read. Errors:
// key_not_found, ambiguous_key, which list what is there.
pkcs11::TokenState chosen_token(TokenAccess& access, const TokenChoice& choice);

// The one to initialise, initialised or not; without a selection the only one that is not initialised.
pkcs11::TokenState token_to_initialise(TokenAccess& access, const TokenChoice& choice);

// Selects exactly this token, where the module can tell its tokens apart.
pkcs11::Uri exactly(const pkcs11::TokenState& token);

}  // namespace operators
