#include "duration.h"

#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"

namespace operators {
namespace {

constexpr std::int64_t kLongest = 3'155'760'000;  // seconds

std::int64_t seconds_in(char unit) {
  switch (unit) {
    case 'h':
      return 3600;
    case 'm':
      return 60;
    case 's':
      return 1;
    default:
      return 0;
  }
}

// 0 for a text that is no duration.
std::int64_t seconds_of(const std::string& text) {
  std::int64_t total = 0, number = 0;
  bool has_digits = false;
  for (const char letter : text) {
    if (letter >= '0' && letter <= '9') {
      number = number * 10 + (letter - '0');
      has_digits = true;
    } else {
      const std::int64_t unit = seconds_in(letter);
      if (unit == 0 || !has_digits) return 0;
      total += number * unit;
      number = 0;
      has_digits = false;
    }
    if (number > kLongest || total > kLongest) return 0;
  }
  return has_digits ? 0 : total;
}

}  // namespace

std::chrono::seconds parse_duration(const std::string& flag, const std::string& text) {
  const std::int64_t seconds = seconds_of(text);
  if (seconds > 0) return std::chrono::seconds(seconds);
  throw base::Error(base::ErrorKind::invalid_request, base::Phase::request,
                    flag + ": " + base::quoted(text) + " is not a duration", "for example 24h, 1h30m or 90s");
}

}  // namespace operators
