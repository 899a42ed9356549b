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

// What log_in looks at before it tries a PIN, with the flags of `token` as they are. Errors: pin_withheld,
// pin_unavailable.
void check_before_login(const Module& module, const TokenState& token, const Login& login);

// Whether the token takes PINs of this many bytes, as far as it says. Its longest length speaks of the user's PIN
// alone: SmartCard-HSM announces 15 and has an SO PIN of 16.
bool fits_token(const TokenState& token, CK_USER_TYPE user_type, std::size_t pin_size);

// What the flags say after a refusal: the counter is what the user wants to know then. Empty when they say nothing.
std::string tries_left(const Module& module, CK_SLOT_ID slot, CK_USER_TYPE user_type);

// "cannot log in to token ...", for the beginning of an error.
std::string cannot_log_in(const TokenState& token, CK_USER_TYPE user_type);

}  // namespace pkcs11
