#include "login.h"

#include "pkcs11/pin_state.h"
#include "token.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

std::string cannot(const TokenState& token, const Login& login) {
  return cannot_log_in(token, login.user_type);
}

[[noreturn]] void withhold(const Module& module, const TokenState& token, const Login& login, const std::string& cause,
                           std::string hint) {
  throw module.error(ErrorKind::pin_withheld, Phase::login, cannot(token, login) + ": " + cause + ", no PIN was tried",
                     std::move(hint));
}

void check_flags(const Module& module, const TokenState& token, const Login& login) try {
  require_usable_pin(token, login);
} catch (Error& error) {
  throw std::move(error).with_module(module.path());
}

void check_pin(const Module& module, const TokenState& token, const Login& login) {
  const base::Secret& pin = login.pin;
  if (pin.empty()) {
    if (token.own_pin_pad) return;
    throw module.error(ErrorKind::pin_unavailable, Phase::login, cannot(token, login) + ": there is no PIN",
                       "the token has no PIN pad of its own; configure a PIN source");
  }
  if (!fits_token(token, login.user_type, pin.size()))
    withhold(module, token, login, "the PIN does not have a length that the token takes",
             "the token takes " + std::to_string(token.pin_min) + " to " + std::to_string(token.pin_max) +
                 " characters; check the PIN source for blanks and line ends");
}

std::string hint_after(const Module& module, const TokenState& token, const Error& error, const Login& login) {
  if (login.pin.empty() && (error.return_value() == CKR_ARGUMENTS_BAD || error.return_value() == CKR_PIN_INCORRECT))
    return "no PIN was configured, so the token was asked to use its own PIN pad; if it has none, configure a PIN "
           "source";
  return error.kind() == ErrorKind::pin_refused ? tries_left(module, token.slot_id, login.user_type) : std::string();
}

// The one call that carries a PIN.
CK_RV present_pin(const Module& module, const Session& session, CK_USER_TYPE user_type, const Login& login,
                  const std::string& user_name) {
  // C_Login takes a pointer to non-const but does not write (PKCS#11 v2.40 section 5.6).
  auto* pin = login.pin.empty() ? nullptr : const_cast<CK_UTF8CHAR*>(login.pin.reveal().data());
  const auto size = static_cast<CK_ULONG>(login.pin.size());
  if (!user_name.empty()) return module.login_user(session.handle(), user_type, pin, size, user_name);
  return module.call(Phase::login, "C_Login", &CK_FUNCTION_LIST::C_Login, session.handle(), user_type, pin, size);
}

void present_and_judge(const Module& module, const Session& session, const TokenState& token, CK_USER_TYPE user_type,
                       const Login& login, const std::string& user_name) {
  if (token.own_pin_pad) module.progress().person_answers();
  const CK_RV answer = present_pin(module, session, user_type, login, user_name);
  // SoftHSM: no operation waits for an authentication. Were there none at all, C_Sign would say so.
  const bool nothing_waits = answer == CKR_OPERATION_NOT_INITIALIZED && user_type == CKU_CONTEXT_SPECIFIC;
  if (answer == CKR_OK || answer == CKR_USER_ALREADY_LOGGED_IN || nothing_waits)
    return module.progress().pin_accepted();
  if (answer == CKR_FUNCTION_NOT_SUPPORTED && !user_name.empty())
    throw module.error(ErrorKind::not_capable, Phase::login,
                       cannot(token, login) + ": the module has no C_LoginUser, so a user name cannot be given",
                       "remove the setting login_user, or use a module that speaks PKCS#11 v3.0");
  const Error error = module.error(Phase::login, answer, cannot(token, login));
  throw module.error(Phase::login, answer, cannot(token, login), hint_after(module, token, error, login));
}

}  // namespace

std::string cannot_log_in(const TokenState& token, CK_USER_TYPE user_type) {
  return (user_type == CKU_SO ? "cannot log in as security officer to " : "cannot log in to ") + describe(token);
}

std::string tries_left(const Module& module, CK_SLOT_ID slot, CK_USER_TYPE user_type) try {
  const TokenState token = read_token(module, slot);
  const bool officer = user_type == CKU_SO;
  if (officer ? token.so_pin_locked : token.pin_locked)
    return officer ? "the SO PIN is locked now; nobody can unlock it, the vendor's own tool may erase the token"
                   : "the PIN is locked now; the token's security officer can unlock it";
  if (officer ? token.so_pin_final_try : token.pin_final_try)
    return officer ? "the next wrong SO PIN locks it for good" : "the next wrong PIN locks the token";
  if (officer ? token.so_pin_count_low : token.pin_count_low) return "the token counts wrong PINs and will lock";
  return {};
} catch (const Error&) {
  return {};
}

bool fits_token(const TokenState& token, CK_USER_TYPE user_type, std::size_t pin_size) {
  if (token.pin_max == 0 || token.pin_min > token.pin_max) return true;
  return pin_size >= token.pin_min && (pin_size <= token.pin_max || user_type == CKU_SO);
}

void check_before_login(const Module& module, const TokenState& token, const Login& login) {
  check_flags(module, token, login);
  check_pin(module, token, login);
}

void log_in(const Module& module, const Session& session, TokenState& token, const Login& login) {
  token = read_token(module, token.slot_id);
  check_before_login(module, token, login);
  present_and_judge(module, session, token, login.user_type, login, login.user_name);
}

void log_in_for_signature(const Module& module, const Session& session, TokenState& token, const Login& login,
                          bool fresh) {
  if (!fresh) token = read_token(module, token.slot_id);
  check_before_login(module, token, login);
  present_and_judge(module, session, token, CKU_CONTEXT_SPECIFIC, login, {});
}

}  // namespace pkcs11
