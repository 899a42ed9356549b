#pragma once

#include <string_view>

#include "session.h"
#include "token.h"

namespace pkcs11 {

// Error(key_not_found): no token fits the URI. The hint lists those that are there, the most similar first.
base::Error no_token_error(const Module& module, const Uri& wanted, const SlotList& slots);

// Which half or halves of the wanted key are missing.
enum class Missing { key, private_half };

// Error(key_not_found): the token does not show such a key. The hint lists what it shows, the most similar first. Reads
// the token, as far as it lets us, and never throws because of that.
base::Error no_key_error(const Module& module, const Session& session, const TokenState& token, const Uri& wanted,
                         Missing missing);

// How far apart two names look: 0 equal but for case, 1 one contains the other, 2 at most two letters differ, 3 more.
unsigned distance_class(std::string_view one, std::string_view other);

}  // namespace pkcs11
