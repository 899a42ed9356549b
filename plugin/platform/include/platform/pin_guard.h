#pragma once

#include <chrono>
#include <string>

#include "base/clock.h"
#include "platform/state_folder.h"

namespace platform {

// A token as the counter knows it.
struct GuardedToken {
  std::string module;  // resolved path of the PKCS#11 library
  std::string serial;
  std::string label;
  bool security_officer = false;  // whose PIN: the two are counted apart

  bool operator==(const GuardedToken&) const = default;
};

struct PinRefusals {
  unsigned count = 0;   // consecutive
  base::WallTime last;  // of the last one, or of the acceptance that cleared them; in whole seconds
};

// How a try ended. A login that began and of which nobody can say how it ended counts as refused.
enum class PinOutcome { accepted, refused, not_about_pin };

// Counts consecutive refused PINs for each token, because tokens do not say reliably how many tries are left and a CI
// system that repeats a failing job locks them. Keeps number and time, nothing derived from the PIN, in the file
// `pin-refusals` of the state folder. Without a usable folder the guard is off: it counts nothing and allows
// everything.
//
// What it guarantees while it is on, for all processes that share the state folder:
// * No unattended try begins once kUnattendedRefusals are on record, until a PIN is accepted or the file is removed.
// * While no acceptance is on record for the token, or a refusal has followed it, unattended tries go one at a time,
// each
//   written down as refused before it begins and taken back if it is not: at most kUnattendedRefusals are refused. A
//   process that dies in between leaves its try counted.
// * While the last known try was accepted, unattended tries run side by side and are written down only afterwards. A
// PIN
//   that turns wrong then is refused at most once more than tries had begun before the first refusal was on record. A
//   process that dies in such a try leaves no trace of it.
// * A person's try is never held back; its refusal counts, its acceptance clears the count.
class PinGuard {
 public:
  static constexpr unsigned kUnattendedRefusals = 2;

  // A try that may be under way; hand it to settle. One that is dropped stays as it was written down.
  class Try {
   public:
    bool is_allowed() const noexcept { return refusals_ < kUnattendedRefusals; }
    // On record when the try was allowed or not; 0 for a person's.
    unsigned refusals() const noexcept { return refusals_; }

   private:
    friend class PinGuard;
    explicit Try(std::string token) : token_(std::move(token)) {}

    std::string token_;
    unsigned refusals_ = 0;
    unsigned written_ = 0;    // the count with this try in it, 0 when it was not written down
    StateFolder::Lock turn_;  // held while tries go one at a time
  };

  // Both must outlive the guard.
  PinGuard(const StateFolderSearch& state, const base::Clock& clock);

  bool is_on() const noexcept { return folder_ != nullptr; }
  const std::string& reason_off() const noexcept { return reason_off_; }

  // Full path of the file with the counts; empty while the guard is off.
  std::string file() const;

  PinRefusals refusals(const GuardedToken& token);

  // Removes the token's count, whoever's PIN it says; returns what it was. Afterwards nothing is known of the token.
  PinRefusals forget(const GuardedToken& token);

  // Right before the login. Waits up to `patience` where tries go one at a time; Error(busy, phase pin) when another
  // process has not ended its own by then.
  Try begin_try(const GuardedToken& token, bool attended, std::chrono::milliseconds patience);

  // Touches no file when there is nothing new to say: an acceptance after an acceptance costs one read. When something
  // cannot be recorded the guard goes off and says why; never throws.
  void settle(Try attempt, PinOutcome outcome) noexcept;

 private:
  void write_down(Try& attempt);
  void turn_off(std::string reason) noexcept;

  const StateFolder* folder_;
  const base::Clock& clock_;
  std::string reason_off_;
};

}  // namespace platform
