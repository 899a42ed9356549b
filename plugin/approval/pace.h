#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace approval {

// How long to wait before the next question: 1 s, then half as much again up to 15 s, each 20 % more or less so that
// many runs do not ask in step; a service's own word counts more.
class Pace {
 public:
  static constexpr std::chrono::milliseconds kFirst{1'000}, kLongest{15'000};

  // `chance` is from 0 to 1.
  std::chrono::milliseconds next(double chance) {
    const auto nominal = interval_;
    interval_ = std::min(kLongest, interval_ * 3 / 2);
    if (const auto wanted = std::exchange(retry_after_, std::nullopt)) return std::max(kFirst, *wanted);
    return std::chrono::milliseconds(
        static_cast<std::int64_t>(static_cast<double>(nominal.count()) * (0.8 + 0.4 * chance)));
  }

  void heed(const std::optional<std::chrono::seconds>& retry_after) {
    retry_after_.reset();
    if (retry_after) retry_after_ = std::clamp<std::chrono::milliseconds>(*retry_after, kFirst, std::chrono::hours(24));
  }

 private:
  std::chrono::milliseconds interval_ = kFirst;
  std::optional<std::chrono::milliseconds> retry_after_;
};

}  // namespace approval
