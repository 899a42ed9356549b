#include "rfc3339.h"

#include <array>
#include <cstdio>

namespace schema {
namespace {

using std::chrono::seconds;

constexpr auto kLatest =
    std::chrono::floor<std::chrono::days>(base::WallTime::max()).time_since_epoch() - std::chrono::days(1);

// Takes text from the front, piece by piece; the first piece that does not fit makes the whole a failure.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i)
      value = value * 10 + digit();
    return value;
  }

  void literal(char c) {
    if (!accept(c)) good_ = false;
  }

  bool accept(char c) {
    if (!next_is(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool next_is_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }

  int digit() {
    if (!next_is_digit()) {
      good_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  bool finished() const { return good_ && rest_.empty(); }
  bool good() const { return good_; }

 private:
  bool next_is(char c) const { return !rest_.empty() && rest_.front() == c; }

  std::string_view rest_;
  bool good_ = true;
};

// Digits beyond the ninth are below a nanosecond and dropped.
std::chrono::nanoseconds fraction(Scanner& scanner) {
  if (!scanner.accept('.')) return {};
  std::chrono::nanoseconds value{};
  std::chrono::nanoseconds unit{100'000'000};
  do {
    value += unit * scanner.digit();
    unit /= 10;
  } while (scanner.next_is_digit());
  return value;
}

std::optional<seconds> offset(Scanner& scanner) {
  if (scanner.accept('Z')) return seconds{0};
  const int sign = scanner.accept('-') ? -1 : 1;
  if (sign == 1) scanner.literal('+');
  const int hours = scanner.number(2);
  scanner.literal(':');
  const int minutes = scanner.number(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  return sign * seconds{hours * 3600 + minutes * 60};
}

}  // namespace

std::optional<base::WallTime> wall_time_of(std::uint64_t count) {
  constexpr auto kLatestSecond = static_cast<std::uint64_t>(std::chrono::duration_cast<seconds>(kLatest).count());
  if (count > kLatestSecond) return std::nullopt;
  return base::WallTime(seconds(static_cast<std::int64_t>(count)));
}

std::string format_rfc3339(base::WallTime time) {
  const auto moment = std::chrono::floor<seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(moment - day);
  std::array<char, 48> text{};
  const int length = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<base::WallTime> parse_rfc3339(std::string_view text) {
  Scanner scanner(text);
  const int year = scanner.number(4);
  scanner.literal('-');
  const int month = scanner.number(2);
  scanner.literal('-');
  const int day = scanner.number(2);
  scanner.literal('T');
  const int hour = scanner.number(2);
  scanner.literal(':');
  const int minute = scanner.number(2);
  scanner.literal(':');
  const int second = scanner.number(2);
  const std::chrono::nanoseconds part = fraction(scanner);
  const std::optional<seconds> shift = offset(scanner);
  if (!scanner.finished() || !shift || hour > 23 || minute > 59 || second > 59) return std::nullopt;

  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  const auto moment = std::chrono::time_point_cast<seconds>(std::chrono::sys_days(date)) +
                      seconds(hour * 3600 + minute * 60 + second) - *shift;
  if (moment.time_since_epoch() < seconds{0} || moment.time_since_epoch() > kLatest) return std::nullopt;
  return base::WallTime(moment.time_since_epoch()) + std::chrono::duration_cast<base::WallTime::duration>(part);
}

}  // namespace schema
