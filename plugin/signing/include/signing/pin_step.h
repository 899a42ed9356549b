#pragma once

#include <optional>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "pkcs11/key_service.h"
#include "platform/pin_guard.h"
#include "platform/state_folder.h"
#include "signing/run_context.h"

namespace signing {

// A login and what came of it. Asking for the PIN is the last step before a key is used.
class PinStep {
 public:
  PinStep(const KeySetup& setup, RunContext& context) : setup_(setup), context_(context) {}

  // Error(pin_unavailable) of obtain where it is plain already that there will be no PIN: the variable is not set, or
  // there is nobody to ask. Asks nobody.
  void require_source(const pkcs11::TokenState& token);

  // The PIN from its source, or an empty one where the token has its own pad and no source is set. Errors:
  // pin_withheld before anything is asked (locked, to be changed, a final try nobody watches), pin_unavailable,
  // cancelled.
  pkcs11::Login obtain(const pkcs11::TokenState& token);

  // The same for the security officer, who logs in to initialise a token or to set the user's PIN: from so_pin_source,
  // else typed.
  pkcs11::Login obtain_so(const pkcs11::TokenState& token);

  // A PIN that is about to be set: from the source, or typed twice; empty where the token has its own pad and no source
  // is set. `what` it is ("new PIN") and `flag`, which names a source of it, are for texts. Errors: pin_unavailable,
  // cancelled, invalid_request (what was typed differs, or is of a length that the token does not take).
  base::Secret choose(const pkcs11::TokenState& token, const std::optional<platform::PinSource>& source,
                      const std::string& what, const std::string& flag);

  // The user's first PIN: from where later runs will have it, pin_source or the variable, else typed twice.
  base::Secret choose_first(const pkcs11::TokenState& token);

  // Removes what is counted of refused PINs. Error(invalid_settings) where nothing is counted.
  struct Forgotten {
    unsigned user = 0, security_officer = 0;
  };
  Forgotten forget_refusals(const pkcs11::TokenState& token);

  // The user's alone, once somebody else has set his PIN.
  void forget_user_refusals(const pkcs11::TokenState& token);

  // Refused in a row, for the user and the security officer; nothing is counted without a usable state folder.
  Forgotten refusals(const pkcs11::TokenState& token);

  // Runs one job with the login that was obtained last and keeps count of refusals, see platform::PinGuard. Waits for
  // other processes where tries go one at a time, as long as a login and a signature may take. Errors: what the job
  // throws, pin_withheld after too many refusals in a row, busy, host_gone when nobody is left after the wait.
  template <typename Job>
  auto use(const pkcs11::TokenState& token, Job&& job) {
    platform::PinGuard::Try attempt = begin_try(token);
    try {
      context_.require_host();
      if constexpr (std::is_void_v<decltype(job())>) {
        job();
        settle(std::move(attempt), platform::PinOutcome::accepted);
      } else {
        auto result = job();
        settle(std::move(attempt), platform::PinOutcome::accepted);
        return result;
      }
    } catch (const base::Error& error) {
      settle(std::move(attempt), outcome_of(error));
      throw;
    }
  }

 private:
  platform::PinSource source() const;
  platform::PinPurpose purpose(bool security_officer, const pkcs11::TokenState& token) const;
  platform::PinPurpose words() const;  // of the user's PIN, before a token is known
  std::string attended_try() const;    // how a person has the PIN tried, for texts
  base::Error too_many_refusals(unsigned count, const pkcs11::TokenState& token);
  pkcs11::Login obtain(const pkcs11::TokenState& token, pkcs11::Login login,
                       const std::optional<platform::PinSource>& source, const std::string& prompt);
  static platform::PinOutcome outcome_of(const base::Error& error);
  platform::PinGuard::Try begin_try(const pkcs11::TokenState& token);
  void settle(platform::PinGuard::Try attempt, platform::PinOutcome outcome);
  void warn_that_nothing_is_counted();
  platform::PinGuard& guard();
  platform::GuardedToken guarded(const pkcs11::TokenState& token, bool security_officer) const;

  const KeySetup& setup_;
  RunContext& context_;
  bool attended_ = false;
  bool security_officer_ = false;                     // whose login was obtained last
  std::optional<platform::StateFolderSearch> state_;  // opened when the first PIN is about to be used
  std::optional<platform::PinGuard> guard_;
};

}  // namespace signing
