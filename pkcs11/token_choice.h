#pragma once

#include <string>

#include "token.h"

namespace pkcs11 {

// The token to initialise: the one that the URI selects, initialised or not; without token attributes the only one that
// is not initialised. Errors: key_not_found, ambiguous_key (slot ids and serial numbers in the hint).
TokenState find_token_to_initialise(const Module& module, const Uri& wanted);

// The token that came of it, among those that are there now: SoftHSM gives it another slot id and serial number.
// `before` are the tokens as they were, `target` the one that was initialised. Errors: token_failed.
TokenState find_initialised_token(const Module& module, const SlotList& before, const TokenState& target,
                                  const std::string& label);

}  // namespace pkcs11
