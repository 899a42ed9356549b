#pragma once

#include <optional>

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

  // The PIN from its source, or an empty one where the token has its own pad and no source is set. Errors:
  // pin_withheld before anything is asked (locked, to be changed, a final try nobody watches, too many refusals in a
  // row), pin_unavailable, cancelled.
  pkcs11::Login obtain(const pkcs11::TokenState& token);

  // Runs one job with a login and keeps count of refusals: a refused PIN is noted, an accepted one clears the count.
  template <typename Job>
  auto use(const pkcs11::TokenState& token, Job&& job) {
    try {
      auto result = job();
      note_success(token);
      return result;
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::pin_refused) note_refusal(token);
      throw;
    }
  }

 private:
  void note_success(const pkcs11::TokenState& token);
  void note_refusal(const pkcs11::TokenState& token);
  platform::PinGuard& guard();
  platform::GuardedToken guarded(const pkcs11::TokenState& token) const;

  const KeySetup& setup_;
  RunContext& context_;
  std::optional<platform::StateFolderSearch> state_;  // opened when the first PIN is about to be used
  std::optional<platform::PinGuard> guard_;
};

}  // namespace signing
