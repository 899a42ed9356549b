#pragma once

#include <optional>
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

  // Runs one job with the login that was obtained last and keeps count of refusals, see platform::PinGuard. Waits for
  // other processes where tries go one at a time, as long as a login and a signature may take. Errors: what the job
  // throws, pin_withheld after too many refusals in a row, busy, host_gone when nobody is left after the wait.
  template <typename Job>
  auto use(const pkcs11::TokenState& token, Job&& job) {
    platform::PinGuard::Try attempt = begin_try(token);
    auto result = [&] {
      try {
        context_.require_host();
        return job();
      } catch (const base::Error& error) {
        settle(std::move(attempt), outcome_of(error));
        throw;
      }
    }();
    settle(std::move(attempt), platform::PinOutcome::accepted);
    return result;
  }

 private:
  platform::PinSource source() const;
  static platform::PinOutcome outcome_of(const base::Error& error);
  platform::PinGuard::Try begin_try(const pkcs11::TokenState& token);
  void settle(platform::PinGuard::Try attempt, platform::PinOutcome outcome);
  void warn_that_nothing_is_counted();
  platform::PinGuard& guard();
  platform::GuardedToken guarded(const pkcs11::TokenState& token) const;

  const KeySetup& setup_;
  RunContext& context_;
  bool attended_ = false;
  std::optional<platform::StateFolderSearch> state_;  // opened when the first PIN is about to be used
  std::optional<platform::PinGuard> guard_;
};

}  // namespace signing
