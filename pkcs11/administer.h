#pragma once

#include "module.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// Carries out one order on one token, and reads the token's state afterwards. No session may be open. Errors:
// key_not_found, ambiguous_key (the token), pin_unavailable, pin_withheld (locked, final try unless attended, or of a
// length that cannot be right: nothing was tried), pin_refused, invalid_request (the label or the new PIN does not
// fit), busy (sessions are open), not_capable, and what else the module answers.
TokenState administer_token(const Module& module, const TokenOrder& order);

}  // namespace pkcs11
