#include "pkcs11/pin_state.h"

#include "base/error.h"

namespace pkcs11 {
namespace {

[[noreturn]] void withhold(const TokenState& token, const std::string& cause, std::string hint) {
  throw base::Error(base::ErrorKind::pin_withheld, base::Phase::login,
                    "PIN for token '" + base::printable(token.label) + "' is not tried: " + cause, std::move(hint));
}

}  // namespace

void require_usable_pin(const TokenState& token, bool attended) {
  if (token.pin_locked) {
    withhold(token, "the token says it is locked", "the token's security officer can unlock it");
  }
  if (token.pin_to_be_changed) {
    withhold(token, "the token wants it changed first", "change the user PIN with the vendor's tool");
  }
  if (token.pin_final_try && !attended) {
    withhold(token, "one try is left and a wrong one locks it",
             "sign once at a terminal with pin_source prompt: an accepted PIN gives all tries back");
  }
}

}  // namespace pkcs11
