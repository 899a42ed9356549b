#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "platform/state_folder.h"

namespace platform {

struct GuardedToken;

// One token's line: number of refusals since the last acceptance, seconds since 1970, module, serial, label, and "so"
// where it is about the security officer's PIN, with one blank between. The number 0 says that the last known try was
// accepted; a token without a line is not known.
struct PinCount {
  std::string token;
  unsigned count = 0;
  long long seconds = 0;
  bool known = false;

  bool was_accepted() const noexcept { return known && count == 0; }
};

// The lines of the file `pin-refusals`.
class PinCounts {
 public:
  static constexpr const char* kFile = "pin-refusals";

  static std::string key_of(const GuardedToken& token);

  // Lines that are not understood are passed over.
  static PinCounts read(const StateFolder& folder);

  PinCount of(const std::string& token) const;

  // Replaces the token's line. When there are too many, tokens without a refusal are forgotten first.
  void set(const std::string& token, unsigned count, base::WallTime time);

  // One refusal less. The last one leaves a token that is not known: nothing was accepted.
  void take_back(const std::string& token);

  void forget(const std::string& token);

  // On the disk when it returns.
  void write(const StateFolder& folder) const;

 private:
  std::vector<PinCount> lines_;  // oldest first
};

}  // namespace platform
