#pragma once

#include <chrono>

namespace base {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

// Time as the flow sees it; tests hand in one of their own.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  virtual WallTime wall() const = 0;
  virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

// The machine's clocks.
Clock& system_clock();

}  // namespace base
