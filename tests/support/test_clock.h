#pragma once

#include <vector>

#include "base/clock.h"

namespace support {

// A clock that only moves when somebody sleeps.
class TestClock final : public base::Clock {
 public:
  base::SteadyTime now() const override { return now_; }
  base::WallTime wall() const override { return base::WallTime(now_.time_since_epoch()); }
  void sleep_for(std::chrono::milliseconds duration) override {
    now_ += duration;
    sleeps_.push_back(duration);
  }

  const std::vector<std::chrono::milliseconds>& sleeps() const { return sleeps_; }

 private:
  base::SteadyTime now_{std::chrono::hours(1)};
  std::vector<std::chrono::milliseconds> sleeps_;
};

}  // namespace support
