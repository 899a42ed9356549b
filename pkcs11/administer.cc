#include "administer.h"

#include <algorithm>
#include <array>
#include <optional>

#include "administer_errors.h"
#include "locator.h"
#include "login.h"
#include "token.h"
#include "token_choice.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

// CK_TOKEN_INFO.label: padded with blanks, not ended by NUL (PKCS#11 v2.40 section 5.5, C_InitToken).
using PaddedLabel = std::array<CK_UTF8CHAR, 32>;

PaddedLabel padded(const Module& module, const std::string& label) {
  const bool has_control = std::ranges::any_of(label, [](unsigned char letter) { return letter < 0x20; });
  const char* cause = label.empty()                                 ? "it is empty"
                      : label.size() > PaddedLabel{}.size()         ? "it is longer than 32 bytes"
                      : !base::is_utf8(label) || has_control        ? "it is not plain UTF-8 text"
                      : label.front() == ' ' || label.back() == ' ' ? "it begins or ends with a blank"
                                                                    : nullptr;
  if (cause != nullptr) {
    throw module.error(ErrorKind::invalid_request, Phase::generate,
                       "cannot initialise a token with label " + base::quoted(label) + ": " + cause,
                       "a label has 1 to 32 bytes");
  }
  PaddedLabel field;
  field.fill(' ');
  std::ranges::copy(label, field.begin());
  return field;
}

// The functions take pointers to non-const but do not write; NULL asks the token's own PIN pad.
CK_UTF8CHAR* pointer(const base::Secret& pin) {
  return pin.empty() ? nullptr : const_cast<CK_UTF8CHAR*>(pin.reveal().data());
}
CK_ULONG size(const base::Secret& pin) {
  return static_cast<CK_ULONG>(pin.size());
}

std::string lengths_of(const TokenState& token) {
  if (token.pin_max == 0 || token.pin_min > token.pin_max) return "the token does not say which lengths it takes";
  return "the token takes " + std::to_string(token.pin_min) + " to " + std::to_string(token.pin_max) + " characters";
}

void check_new_pin(const Module& module, const TokenState& token, CK_USER_TYPE user_type, const base::Secret& pin,
                   const std::string& what) {
  if (pin.empty()) {
    if (token.own_pin_pad) return;
    throw module.error(ErrorKind::invalid_request, Phase::login, what + ": there is no new PIN",
                       "the token has no PIN pad of its own, so a PIN must be given");
  }
  if (fits_token(token, user_type, pin.size())) return;
  throw module.error(
      ErrorKind::invalid_request, Phase::login,
      what + ": the new PIN is too " + (pin.size() < token.pin_min ? "short" : "long") + " for the token",
      lengths_of(token));
}

Login login_of(const TokenOrder& order, CK_USER_TYPE user_type) {
  return {order.pin.copy(), user_type, {}, order.attended};
}

void expect_person(const Module& module, const TokenState& token) {
  if (token.own_pin_pad) module.progress().person_answers();
}

std::string tries_after(const Module& module, const TokenState& token, CK_RV answer, CK_USER_TYPE user_type) {
  return answer == CKR_PIN_INCORRECT ? tries_left(module, token.slot_id, user_type) : std::string();
}

void log_in_as(const Module& module, const Session& session, TokenState& token, const Login& login) try {
  log_in(module, session, token, login);
} catch (const Error& error) {
  if (!error.return_value() || login.user_type != CKU_SO) throw;
  throw officer_error(module, Phase::login, *error.return_value(), cannot_log_in(token, CKU_SO),
                      tries_after(module, token, *error.return_value(), CKU_SO));
}

TokenState initialise(const Module& module, const TokenOrder& order) {
  PaddedLabel label = padded(module, order.label);
  const SlotList before = read_slots(module);
  const TokenState target = find_token_to_initialise(module, order.token);
  const std::string what = "cannot initialise " + describe(target);
  if (order.initialised && *order.initialised != target.initialised)
    throw module.error(ErrorKind::invalid_request, Phase::slots,
                       what + ": " +
                           (target.initialised ? "somebody has initialised it meanwhile"
                                               : "it was initialised when it was looked at, and is not now"),
                       "nothing was changed; look at it with notation-pkcs11 token list, then run the command again");
  if (target.initialised) {
    check_before_login(module, target, login_of(order, CKU_SO));
  } else {
    check_new_pin(module, target, CKU_SO, order.pin, what);
  }
  expect_person(module, target);
  const CK_RV answer = module.call(Phase::generate, "C_InitToken", &CK_FUNCTION_LIST::C_InitToken,
                                   CK_SLOT_ID{target.slot_id}, pointer(order.pin), size(order.pin), label.data());
  if (answer == CKR_OK) return find_initialised_token(module, before, target, order.label);
  if (!target.initialised) throw new_pin_error(module, Phase::generate, answer, what, lengths_of(target));
  throw officer_error(module, Phase::generate, answer, what, tries_after(module, target, answer, CKU_SO));
}

TokenState set_user_pin(const Module& module, const TokenOrder& order) {
  TokenState token = find_token(module, order.token);
  const std::string what = "cannot set the PIN of " + describe(token);
  check_new_pin(module, token, CKU_USER, order.new_pin, what);
  const Session session = Session::open(module, token, Access::write);
  log_in_as(module, session, token, login_of(order, CKU_SO));
  expect_person(module, token);
  const CK_RV answer = module.call(Phase::login, "C_InitPIN", &CK_FUNCTION_LIST::C_InitPIN, session.handle(),
                                   pointer(order.new_pin), size(order.new_pin));
  if (answer == CKR_OK) return token;
  if (answer == CKR_PIN_EXPIRED) throw officer_error(module, Phase::login, answer, what, {});
  throw new_pin_error(module, Phase::login, answer, what, lengths_of(token));
}

// Without a login C_SetPIN is about the user's PIN (PKCS#11 v2.40 section 5.5). The login shows a wrong PIN for what it
// is; it is left out where the token would ask twice at its pad, and where it lets nobody in before the change.
void log_in_before_change(const Module& module, const Session& session, TokenState& token, const Login& login) {
  if (login.user_type == CKU_USER && (token.pin_to_be_changed || (token.own_pin_pad && login.pin.empty()))) {
    TokenState usable = token;
    usable.pin_to_be_changed = false;
    check_before_login(module, usable, login);
    return;
  }
  try {
    log_in_as(module, session, token, login);
  } catch (const Error& error) {
    if (login.user_type != CKU_USER || error.return_value() != CKR_PIN_EXPIRED) throw;
  }
}

TokenState change_pin(const Module& module, const TokenOrder& order, CK_USER_TYPE user_type) {
  TokenState token = find_token(module, order.token);
  const std::string what =
      std::string("cannot change the ") + (user_type == CKU_SO ? "SO PIN" : "PIN") + " of " + describe(token);
  check_new_pin(module, token, user_type, order.new_pin, what);
  const Session session = Session::open(module, token, Access::write);
  log_in_before_change(module, session, token, login_of(order, user_type));
  expect_person(module, token);
  const CK_RV answer = module.call(Phase::login, "C_SetPIN", &CK_FUNCTION_LIST::C_SetPIN, session.handle(),
                                   pointer(order.pin), size(order.pin), pointer(order.new_pin), size(order.new_pin));
  if (answer == CKR_OK) return token;
  if (answer == CKR_PIN_INCORRECT || answer == CKR_PIN_LOCKED) {
    const std::string tries = tries_after(module, token, answer, user_type);
    if (user_type == CKU_SO) throw officer_error(module, Phase::login, answer, what, tries);
    throw administer_error(module, Phase::login, answer, what, tries);
  }
  throw new_pin_error(module, Phase::login, answer, what, lengths_of(token));
}

TokenState carry_out(const Module& module, const TokenOrder& order) {
  switch (order.action) {
    case TokenAction::initialise:
      return initialise(module, order);
    case TokenAction::set_user_pin:
      return set_user_pin(module, order);
    case TokenAction::change_user_pin:
      return change_pin(module, order, CKU_USER);
    case TokenAction::change_so_pin:
      return change_pin(module, order, CKU_SO);
  }
  throw Error(ErrorKind::internal, Phase::none, "a token cannot be administered: unknown action");
}

}  // namespace

TokenState administer_token(const Module& module, const TokenOrder& order) {
  TokenState token = read_token(module, carry_out(module, order).slot_id);
  add_slot_description(module, token);
  return token;
}

}  // namespace pkcs11
