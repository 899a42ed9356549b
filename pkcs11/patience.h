#pragma once

#include <chrono>

#include "base/clock.h"

namespace pkcs11 {

// How long one job may repeat calls that a module answered with "busy": waits of 0.2, 0.5, 1, then 2 seconds each,
// until the allowance is used up.
class Patience {
 public:
  Patience(base::Clock& clock, std::chrono::milliseconds allowance) : clock_(clock), allowance_(allowance) {}

  // A new job begins: the whole allowance is there again.
  void renew();

  // Sleeps until the next attempt; false, at once, when the allowance is used up.
  bool wait();

 private:
  base::Clock& clock_;
  std::chrono::milliseconds allowance_;
  std::chrono::milliseconds used_{0};
  unsigned attempts_ = 0;
};

}  // namespace pkcs11
