#include "signing/pin_step.h"

#include <algorithm>

#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/pin.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr unsigned long kSecurityOfficer = 0;  // CKU_SO

Error too_many_refusals(const std::string& file, unsigned count, const pkcs11::TokenState& token,
                        bool security_officer) {
  return {ErrorKind::pin_withheld, Phase::pin,
          std::string(security_officer ? "SO PIN" : "PIN") + " for token " + base::quoted(token.label) +
              " is not tried: the last " + std::to_string(count) + " were refused, another could lock the token",
          std::string("correct the PIN source, then ") +
              (security_officer ? "run the command once at a terminal with --so-pin-source prompt"
                                : "sign once at a terminal with pin_source prompt") +
              ": an accepted PIN clears the count; without a terminal, once the PIN source is right, "
              "notation-pkcs11 token reset-failures does, or remove the file " +
              base::printable(file)};
}

Error nobody_to_ask(const std::string& what, const pkcs11::TokenState& token, const std::string& flag) {
  return {ErrorKind::pin_unavailable, Phase::pin,
          "no " + what + " for token " + base::quoted(token.label) + ": there is no terminal to ask at",
          flag + " names a source: env:NAME, file:PATH or credential:NAME"};
}

std::string lengths_of(const pkcs11::TokenState& token, const std::string& before, const std::string& after) {
  if (token.pin_max == 0 || token.pin_min > token.pin_max) return {};
  return before + std::to_string(token.pin_min) + " to " + std::to_string(token.pin_max) + " characters" + after;
}

void require_length(const base::Secret& pin, const pkcs11::TokenState& token, const std::string& what) {
  if (token.pin_max == 0 || token.pin_min > token.pin_max) return;
  const bool is_short = pin.size() < token.pin_min;
  if (!is_short && pin.size() <= token.pin_max) return;
  throw Error(ErrorKind::invalid_request, Phase::pin,
              "the " + what + " is too " + (is_short ? "short" : "long") + " for token " + base::quoted(token.label) +
                  "; nothing was changed",
              lengths_of(token, "the token takes ", ""));
}

}  // namespace

void PinStep::require_source(const pkcs11::TokenState& token) {
  if (token.own_pin_pad && !setup_.pin_source) return;
  platform::require_pin_source(source(), context_.secrets, context_.terminal);
}

pkcs11::Login PinStep::obtain(const pkcs11::TokenState& token) {
  security_officer_ = false;
  pkcs11::Login login;
  login.user_type = setup_.user_type;
  login.user_name = setup_.login_user;
  std::optional<platform::PinSource> source = setup_.pin_source;
  if (!token.own_pin_pad && !source) source = this->source();
  const std::string key = setup_.uri.names_object() ? ", key " + base::quoted(setup_.name) : "";
  return obtain(token, std::move(login), source, "PIN for token " + base::quoted(token.label) + key + ": ");
}

pkcs11::Login PinStep::obtain_so(const pkcs11::TokenState& token) {
  security_officer_ = true;
  pkcs11::Login login;
  login.user_type = kSecurityOfficer;
  std::optional<platform::PinSource> source = setup_.so_pin_source;
  if (!token.own_pin_pad && !source) {
    if (!context_.terminal.is_there()) throw nobody_to_ask("SO PIN", token, "--so-pin-source");
    source = platform::PinSource{};
  }
  return obtain(token, std::move(login), source, "SO PIN for token " + base::quoted(token.label) + ": ");
}

// Without a source the token asks at its own pad.
pkcs11::Login PinStep::obtain(const pkcs11::TokenState& token, pkcs11::Login login,
                              const std::optional<platform::PinSource>& source, const std::string& prompt) {
  attended_ = login.attended = !source || platform::is_attended(*source);
  pkcs11::require_usable_pin(token, login);
  if (!source) {
    context_.terminal.show_line("notation-pkcs11: enter the " + std::string(security_officer_ ? "SO PIN" : "PIN") +
                                " at the pad of token " + base::quoted(token.label));
    return login;
  }
  if (!guard().is_on()) warn_that_nothing_is_counted();
  login.pin = platform::read_pin(*source, context_.secrets, context_.terminal, prompt);
  context_.log.debug("pin: from " + platform::describe(*source));
  return login;
}

base::Secret PinStep::choose(const pkcs11::TokenState& token, const std::optional<platform::PinSource>& source,
                             const std::string& what, const std::string& flag) {
  if (!source && token.own_pin_pad) return {};
  const bool typed = !source || platform::is_attended(*source);
  if (typed && !context_.terminal.is_there()) throw nobody_to_ask(what, token, flag);
  const std::string name = token.label.empty() ? "the token" : "token " + base::quoted(token.label);
  base::Secret pin = platform::read_pin(source.value_or(platform::PinSource{}), context_.secrets, context_.terminal,
                                        what + " for " + name + lengths_of(token, " (", ")") + ": ");
  require_length(pin, token, what);
  if (!typed) return pin;
  const base::Secret again = context_.terminal.ask_secret("the same " + what + " again: ");
  if (!std::ranges::equal(pin.reveal(), again.reveal())) {
    throw Error(ErrorKind::invalid_request, Phase::pin, "the " + what + " was typed in two ways; nothing was changed",
                "run the command again");
  }
  return pin;
}

base::Secret PinStep::choose_first(const pkcs11::TokenState& token) {
  std::optional<platform::PinSource> source = setup_.pin_source;
  const base::Secret* variable = context_.secrets.find(platform::kPinVariable);
  if (!source && variable != nullptr && !variable->empty()) {
    source = platform::PinSource{platform::PinSourceKind::environment, platform::kPinVariable};
  }
  return choose(token, source, "new PIN", "--pin-source");
}

void PinStep::forget_user_refusals(const pkcs11::TokenState& token) {
  (void)guard().forget(guarded(token, false));
}

PinStep::Forgotten PinStep::forget_refusals(const pkcs11::TokenState& token) {
  const Forgotten forgotten{guard().forget(guarded(token, false)).count, guard().forget(guarded(token, true)).count};
  if (guard().is_on()) return forgotten;
  throw Error(ErrorKind::invalid_settings, Phase::pin, "refused PINs are not counted: " + guard().reason_off());
}

PinStep::Forgotten PinStep::refusals(const pkcs11::TokenState& token) {
  return {guard().refusals(guarded(token, false)).count, guard().refusals(guarded(token, true)).count};
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
  auto attempt =
      guard().begin_try(guarded(token, security_officer_), attended_, setup_.timeouts.login + setup_.timeouts.sign);
  if (!attempt.is_allowed()) throw too_many_refusals(guard().file(), attempt.refusals(), token, security_officer_);
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

platform::GuardedToken PinStep::guarded(const pkcs11::TokenState& token, bool security_officer) const {
  return {setup_.module.path, token.serial, token.label, security_officer};
}

}  // namespace signing
