#include "signing/pin_step.h"

#include <algorithm>

#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/pin.h"
#include "platform/shell_line.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr unsigned long kSecurityOfficer = 0;  // CKU_SO

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
  platform::require_pin_source(source(), context_.secrets, context_.terminal, purpose(false, token));
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
  pkcs11::require_usable_pin(token, login, attended_try());
  if (!source) {
    context_.terminal.show_line("notation-pkcs11: enter the " + std::string(security_officer_ ? "SO PIN" : "PIN") +
                                " at the pad of token " + base::quoted(token.label));
    return login;
  }
  if (!guard().is_on()) warn_that_nothing_is_counted();
  login.pin =
      platform::read_pin(*source, context_.secrets, context_.terminal, prompt, purpose(security_officer_, token));
  context_.log.debug("pin: from " + platform::describe(*source));
  return login;
}

base::Secret PinStep::choose(const pkcs11::TokenState& token, const std::optional<platform::PinSource>& source,
                             const std::string& what, const std::string& flag) {
  if (!source && token.own_pin_pad) return {};
  const bool typed = !source || platform::is_attended(*source);
  if (typed && !context_.terminal.is_there()) throw nobody_to_ask(what, token, flag);
  const std::string name = token.label.empty() ? "the token" : "token " + base::quoted(token.label);
  base::Secret pin =
      platform::read_pin(source.value_or(platform::PinSource{}), context_.secrets, context_.terminal,
                         what + " for " + name + lengths_of(token, " (", ")") + ": ", {what + " for " + name, flag});
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
  return setup_.pin_source ? *setup_.pin_source
                           : platform::default_pin_source(context_.secrets, context_.terminal, words());
}

// The texts of notation name no token: they are what people look for.
platform::PinPurpose PinStep::purpose(bool security_officer, const pkcs11::TokenState& token) const {
  if (!setup_.for_command) return {};
  const std::string of_token = token.label.empty() ? "" : " for token " + base::quoted(token.label);
  return {(security_officer ? "SO PIN" : "PIN") + of_token, security_officer ? "--so-pin-source" : "--pin-source"};
}

platform::PinPurpose PinStep::words() const {
  return purpose(false, {});
}

std::string PinStep::attended_try() const {
  if (security_officer_) return "run the command once at a terminal with --so-pin-source prompt";
  return setup_.for_command ? "run the command once at a terminal with --pin-source prompt"
                            : "sign once at a terminal with pin_source prompt";
}

// The command as it must be typed: nothing of it is in the settings of a module alone.
Error PinStep::too_many_refusals(unsigned count, const pkcs11::TokenState& token) {
  const std::string pin = security_officer_ ? "SO PIN" : "PIN";
  return {ErrorKind::pin_withheld, Phase::pin,
          pin + " for token " + base::quoted(token.label) + " is not tried: the last " +
              (count == 1 ? "one was" : std::to_string(count) + " were") + " refused, another could lock the token",
          "correct the PIN source, then " + attended_try() +
              ": an accepted PIN clears the count; without a terminal, once the PIN source is right, so does\n" +
              platform::shell_line({"notation-pkcs11", "token", "reset-failures", "--module", setup_.module.path,
                                    "--token", token.label}) +
              "\nor remove the file " + base::printable(guard().file())};
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
  if (!attempt.is_allowed()) throw too_many_refusals(attempt.refusals(), token);
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
