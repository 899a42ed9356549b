#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mechanisms.h"
#include "selection.h"
#include "session.h"

namespace pkcs11 {

// A key found on a token, with the session it was found in.
struct Located {
  Uri wanted;  // as asked
  TokenState token;
  Session session;
  std::optional<Match> match;  // empty: nothing is visible before a login, and only this token fits
  std::vector<Match> copies;   // the same key on other tokens
  std::vector<std::string> remarks;
  bool logged_in = false;
  std::vector<SignMechanism> mechanisms;  // in the order to try them; empty: not looked at yet
};

// Finds the one key that the URI means, in public data; logs in only when nothing is visible and `login` is given.
// Errors: invalid_uri (names no key), key_not_found, ambiguous_key, and what module and login answer.
Located locate(const Module& module, const Uri& wanted, const std::optional<PublicKey>& expected, const Login* login);

// The one token, initialised, that the URI's token attributes mean. Errors: key_not_found, ambiguous_key.
TokenState find_token(const Module& module, const Uri& wanted);

}  // namespace pkcs11
