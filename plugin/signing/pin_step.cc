#include "signing/pin_step.h"

#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/pin.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

Error too_many_refusals(const std::string& file, unsigned count, const pkcs11::TokenState& token) {
  return {ErrorKind::pin_withheld, Phase::pin,
          "PIN for token " + base::quoted(token.label) + " is not tried: the last " + std::to_string(count) +
              " were refused, another could lock the token",
          "correct the PIN source, then sign once at a terminal with pin_source prompt: an accepted PIN clears the "
          "count; without a terminal, once the PIN source is right, remove the file " +
              base::printable(file)};
}

}  // namespace

void PinStep::require_source(const pkcs11::TokenState& token) {
  if (token.own_pin_pad && !setup_.pin_source) return;
  platform::require_pin_source(source(), context_.secrets, context_.terminal);
}

pkcs11::Login PinStep::obtain(const pkcs11::TokenState& token) {
  pkcs11::Login login;
  login.user_type = setup_.user_type;
  login.user_name = setup_.login_user;
  if (token.own_pin_pad && !setup_.pin_source) {
    attended_ = login.attended = true;
    pkcs11::require_usable_pin(token, login);
    context_.terminal.show_line("notation-pkcs11: enter the PIN at the pad of token " + base::quoted(token.label));
    return login;
  }

  const platform::PinSource source = this->source();
  attended_ = login.attended = platform::is_attended(source);
  pkcs11::require_usable_pin(token, login);

  if (!guard().is_on()) warn_that_nothing_is_counted();
  login.pin =
      platform::read_pin(source, context_.secrets, context_.terminal,
                         "PIN for token " + base::quoted(token.label) + ", key " + base::quoted(setup_.name) + ": ");
  context_.log.debug("pin: from " + platform::describe(source));
  return login;
}

platform::PinSource PinStep::source() const {
  return setup_.pin_source ? *setup_.pin_source : platform::default_pin_source(context_.secrets, context_.terminal);
}

platform::PinOutcome PinStep::outcome_of(const Error& error) {
  const bool ended_in_login =
      error.phase() == Phase::login && (error.kind() == ErrorKind::module_died || error.kind() == ErrorKind::late);
  const bool counts = ended_in_login || error.kind() == ErrorKind::pin_refused;
  return counts ? platform::PinOutcome::refused : platform::PinOutcome::not_about_pin;
}

platform::PinGuard::Try PinStep::begin_try(const pkcs11::TokenState& token) {
  const bool was_on = guard().is_on();
  auto attempt = guard().begin_try(guarded(token), attended_, setup_.timeouts.login + setup_.timeouts.sign);
  if (!attempt.is_allowed()) throw too_many_refusals(guard().file(), attempt.refusals(), token);
  if (was_on && !guard().is_on()) warn_that_nothing_is_counted();
  return attempt;
}

void PinStep::settle(platform::PinGuard::Try attempt, platform::PinOutcome outcome) {
  const bool was_on = guard().is_on();
  guard().settle(std::move(attempt), outcome);
  if (was_on && !guard().is_on()) warn_that_nothing_is_counted();
}

void PinStep::warn_that_nothing_is_counted() {
  platform::warn_user(context_.terminal, context_.log, "refused PINs are not counted: " + guard().reason_off());
}

platform::PinGuard& PinStep::guard() {
  if (!guard_) {
    state_ = platform::StateFolderSearch::open();
    guard_.emplace(*state_, context_.clock);
  }
  return *guard_;
}

platform::GuardedToken PinStep::guarded(const pkcs11::TokenState& token) const {
  return {setup_.module.path, token.serial, token.label};
}

}  // namespace signing
