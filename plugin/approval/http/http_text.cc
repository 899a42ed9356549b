#include "http/http_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/bytes.h"

namespace approval {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// All of the text as a decimal number; -1 for anything else. More digits than the number holds count as its greatest.
long long number_of(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return -1;
  long long number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  return result.ec == std::errc() ? number : std::numeric_limits<long long>::max();
}

template <std::size_t count>
unsigned place_of(std::string_view word, const std::array<std::string_view, count>& words) {
  return static_cast<unsigned>(std::find(words.begin(), words.end(), word) - words.begin());
}

// "Sun, 06 Nov 1994 08:49:37 GMT"; in whole seconds, because nanoseconds end in the year 2262.
std::optional<std::chrono::sys_seconds> parse_date(std::string_view text) {
  constexpr std::string_view kForm = "www, dd mmm yyyy dd:dd:dd GMT";
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t at = 0; at < kForm.size(); ++at) {
    const bool wildcard = kForm[at] >= 'a' && kForm[at] <= 'z';
    if (!wildcard && text[at] != kForm[at]) return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t length) { return number_of(text.substr(at, length)); };
  const long long day = part(5, 2), year = part(12, 4), hour = part(17, 2), minute = part(20, 2), second = part(23, 2);
  const unsigned month = place_of(text.substr(8, 3), kMonths) + 1;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(day))};
  const bool in_range =
      day >= 1 && year >= 0 && hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
  if (!in_range || !date.ok() || place_of(text.substr(0, 3), kDays) == kDays.size()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

std::string origin_of(std::string_view url) {
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return base::quoted(url);
  std::string_view place = url.substr(scheme_end + 3);
  place = place.substr(0, place.find_first_of("/?#\\"));
  if (const auto at = place.rfind('@'); at != std::string_view::npos) place.remove_prefix(at + 1);
  const auto colon = place.rfind(':');
  const auto bracket = place.rfind(']');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  const bool https = same_name(url.substr(0, scheme_end), "https");
  return base::printable(std::string(url.substr(0, scheme_end + 3)) + std::string(place) +
                         (has_port || !https ? "" : ":443"));
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, base::WallTime now) {
  value = trimmed(value);
  if (const long long number = number_of(value); number >= 0)
    return std::chrono::seconds(std::min<long long>(number, kLongestRetryAfter.count()));
  const auto date = parse_date(value);
  if (!date) return std::nullopt;
  return std::clamp(*date - std::chrono::floor<std::chrono::seconds>(now), std::chrono::seconds(0), kLongestRetryAfter);
}

std::optional<std::string_view> header_value(std::string_view line, std::string_view name) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !same_name(line.substr(0, colon), name)) return std::nullopt;
  return trimmed(line.substr(colon + 1));
}

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char one, char other) { return lower(one) == lower(other); });
}

}  // namespace approval
