#include "pkcs11/pin_state.h"

#include "base/error.h"

namespace pkcs11 {
namespace {

constexpr unsigned long kOrdinaryUser = 1;  // CKU_USER

[[noreturn]] void withhold(const TokenState& token, const std::string& cause, std::string hint) {
  throw base::Error(base::ErrorKind::pin_withheld, base::Phase::login,
                    "PIN for token " + base::quoted(token.label) + " is not tried: " + cause, std::move(hint));
}

}  // namespace

void require_usable_pin(const TokenState& token, const Login& login) {
  if (login.user_type != kOrdinaryUser) return;
  if (token.pin_locked) {
    withhold(token, "it is locked", "the token's security officer can unlock it and set a new one");
  }
  if (token.pin_to_be_changed) {
    withhold(token, "the token wants it changed first", "change it with the vendor's tool, then update the PIN source");
  }
  if (token.pin_final_try && !login.attended) {
    withhold(token, "one try is left, and a wrong one locks the token",
             "sign once at a terminal with pin_source prompt: an accepted PIN gives all tries back");
  }
}

bool needs_login(const TokenState& token, const Quirks& quirks) {
  if (quirks.has(Quirk::never_login)) return false;
  return token.login_required || quirks.has(Quirk::force_login);
}

}  // namespace pkcs11
