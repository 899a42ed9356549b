#include "signing/pin_step.h"

#include "base/error.h"
#include "pkcs11/pin_state.h"
#include "platform/pin.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

void refuse_after_refusals(const platform::PinRefusals& refusals, const pkcs11::TokenState& token) {
  throw Error(ErrorKind::pin_withheld, Phase::pin,
              "PIN for token " + base::quoted(token.label) + " is not tried: the last " + std::to_string(refusals.count) +
                  " were refused, another could lock the token",
              "correct the PIN source, then sign once at a terminal with pin_source prompt: an accepted PIN clears the "
              "count");
}

}  // namespace

pkcs11::Login PinStep::obtain(const pkcs11::TokenState& token) {
  pkcs11::Login login;
  login.user_type = setup_.user_type;
  login.user_name = setup_.login_user;
  if (token.own_pin_pad && !setup_.pin_source) {
    login.attended = true;
    pkcs11::require_usable_pin(token, login);
    context_.terminal.show_line("notation-pkcs11: enter the PIN at the pad of token " + base::quoted(token.label));
    return login;
  }

  const platform::PinSource source =
      setup_.pin_source ? *setup_.pin_source : platform::default_pin_source(context_.secrets, context_.terminal);
  login.attended = platform::is_attended(source);
  pkcs11::require_usable_pin(token, login);

  if (!guard().is_on()) {
    platform::warn_user(context_.terminal, context_.log, "refused PINs are not counted: " + guard().reason_off());
  } else if (!login.attended && !guard().allows_unattended_try(guarded(token))) {
    refuse_after_refusals(guard().refusals(guarded(token)), token);
  }
  login.pin = platform::read_pin(source, context_.secrets, context_.terminal,
                                 "PIN for token " + base::quoted(token.label) + ", key " + base::quoted(setup_.name) + ": ");
  context_.log.debug("pin: from " + platform::describe(source));
  return login;
}

void PinStep::note_success(const pkcs11::TokenState& token) { guard().note_success(guarded(token)); }

void PinStep::note_refusal(const pkcs11::TokenState& token) { guard().note_refusal(guarded(token)); }

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
