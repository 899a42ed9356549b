#include "pkcs11/pin_state.h"

#include "base/error.h"

namespace pkcs11 {
namespace {

constexpr unsigned long kSecurityOfficer = 0, kOrdinaryUser = 1;  // CKU_SO, CKU_USER

[[noreturn]] void withhold(const TokenState& token, const std::string& cause, std::string hint,
                           const char* pin = "PIN") {
  throw base::Error(base::ErrorKind::pin_withheld, base::Phase::login,
                    pin + std::string(" for token ") + base::quoted(token.label) + " is not tried: " + cause,
                    std::move(hint));
}

void require_usable_so_pin(const TokenState& token, const Login& login) {
  if (token.so_pin_locked) {
    withhold(token, "it is locked", "nobody can unlock it; the vendor's own tool may erase the token", "SO PIN");
  }
  if (token.so_pin_final_try && !login.attended) {
    withhold(token, "one try is left, and a wrong one locks it for good",
             "try once at a terminal, where the SO PIN is typed: an accepted one gives all tries back", "SO PIN");
  }
}

}  // namespace

void require_usable_pin(const TokenState& token, const Login& login, std::string_view attended_try) {
  if (login.user_type == kSecurityOfficer) return require_usable_so_pin(token, login);
  if (login.user_type != kOrdinaryUser) return;
  if (token.pin_locked) {
    withhold(token, "it is locked",
             "the token's security officer can unlock it and set a new one: notation-pkcs11 token unlock");
  }
  if (token.pin_to_be_changed) {
    withhold(token, "the token wants it changed first",
             "change it with notation-pkcs11 token set-pin, then update the PIN source");
  }
  if (token.pin_final_try && !login.attended) {
    withhold(token, "one try is left, and a wrong one locks the token",
             std::string(attended_try) + ": an accepted PIN gives all tries back");
  }
}

bool needs_login(const TokenState& token, const Quirks& quirks) {
  if (quirks.has(Quirk::never_login)) return false;
  return token.login_required || quirks.has(Quirk::force_login);
}

}  // namespace pkcs11
