#pragma once

#include <string>

#include "base/clock.h"
#include "platform/state_folder.h"

namespace platform {

// A token as the counter knows it.
struct GuardedToken {
  std::string module;  // resolved path of the PKCS#11 library
  std::string serial;
  std::string label;

  bool operator==(const GuardedToken&) const = default;
};

struct PinRefusals {
  unsigned count = 0;   // consecutive
  base::WallTime last;  // of the last one, in whole seconds
};

// Counts consecutive refused PINs for each token, because tokens do not say reliably how many tries are left and a CI
// system that repeats a failing job locks them. Keeps number and time, nothing derived from the PIN, in the file
// `pin-refusals` of the state folder. Without a usable folder the guard is off: it counts nothing and allows
// everything.
class PinGuard {
 public:
  static constexpr unsigned kUnattendedRefusals = 2;

  // Both must outlive the guard.
  PinGuard(const StateFolderSearch& state, const base::Clock& clock);

  bool is_on() const noexcept { return folder_ != nullptr; }
  const std::string& reason_off() const noexcept { return reason_off_; }

  PinRefusals refusals(const GuardedToken& token);

  // False after kUnattendedRefusals refusals in a row, until a success or a reset; a person may still try.
  bool allows_unattended_try(const GuardedToken& token);

  // Adds one. When that cannot be recorded the guard goes off and says why; never throws.
  void note_refusal(const GuardedToken& token) noexcept;

  // Forgets the token's refusals; touches nothing when there are none. Never throws, as above.
  void note_success(const GuardedToken& token) noexcept;

 private:
  void turn_off(std::string reason) noexcept;

  const StateFolder* folder_;
  const base::Clock& clock_;
  std::string reason_off_;
};

}  // namespace platform
