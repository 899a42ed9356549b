#pragma once

#include "module.h"
#include "session.h"

namespace pkcs11 {

// Logs in once, after looking at the token's flags afresh (`token` is brought up to date). An empty PIN is for the
// token's own pad. Errors: pin_withheld (locked, final try unless attended, to be changed, or of a length the token
// does not take: nothing was tried), pin_unavailable (no PIN and no pad), pin_refused, not_capable (user name without
// PKCS#11 v3.0), and what else the module answers.
void log_in(const Module& module, const Session& session, TokenState& token, const Login& login);

// The login that a key with CKA_ALWAYS_AUTHENTICATE wants between C_SignInit and C_Sign (PKCS#11 v2.40 section 5.6,
// CKU_CONTEXT_SPECIFIC). `fresh` tells that the token's flags were already looked at in this job. Errors as above.
void log_in_for_signature(const Module& module, const Session& session, TokenState& token, const Login& login,
                          bool fresh);

}  // namespace pkcs11
