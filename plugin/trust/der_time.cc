#include "der_time.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "trust/certificate.h"

namespace trust {
namespace {

using namespace std::chrono;

// Takes `count` decimal digits off the front.
int take_digits(std::string_view& text, std::size_t count, const der::Reader& reader, std::string_view what) {
  if (text.size() < count) reader.fail(std::string(what) + " is malformed");
  int value = 0;
  for (const char c : text.substr(0, count)) {
    if (c < '0' || c > '9') reader.fail(std::string(what) + " is malformed");
    value = 10 * value + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

// Seconds that the written zone is ahead of UTC; a zero offset must be written Z.
int take_zone(std::string_view text, const der::Reader& reader, std::string_view what) {
  if (text == "Z") return 0;
  const auto malformed = [&]() { reader.fail(std::string(what) + " is malformed"); };
  if (text.size() != 5 || (text[0] != '+' && text[0] != '-')) malformed();
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const int hour = take_digits(text, 2, reader, what);
  const int minute = take_digits(text, 2, reader, what);
  if (hour > 23 || minute > 59 || hour + minute == 0) malformed();
  return sign * (hour * 3600 + minute * 60);
}

}  // namespace

std::int64_t read_time(der::Reader& reader, std::string_view what) {
  const der::Element element = reader.read_any(what);
  const bool utc = element.tag == der::kUtcTime;
  if (!utc && element.tag != der::kGeneralizedTime) reader.fail(std::string(what) + " is malformed");
  std::string_view text(reinterpret_cast<const char*>(element.content.data()), element.content.size());

  int year = take_digits(text, utc ? 2 : 4, reader, what);
  if (utc) year += year < 50 ? 2000 : 1900;
  const int month = take_digits(text, 2, reader, what);
  const int day = take_digits(text, 2, reader, what);
  const int hour = take_digits(text, 2, reader, what);
  const int minute = take_digits(text, 2, reader, what);
  const bool has_seconds = !utc || (!text.empty() && text[0] >= '0' && text[0] <= '9');
  const int second = has_seconds ? take_digits(text, 2, reader, what) : 0;
  const int ahead = take_zone(text, reader, what);

  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) reader.fail(std::string(what) + " is no date");
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  return days * 86400 + hour * 3600 + minute * 60 + second - ahead;
}

std::string format_time(std::int64_t seconds) {
  const std::int64_t days = seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0);
  const auto rest = static_cast<int>(seconds - days * 86400);
  const year_month_day date{sys_days{std::chrono::days{static_cast<int>(days)}}};
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), rest / 3600, rest / 60 % 60,
                rest % 60);
  return text;
}

std::string format_time(base::WallTime time) {
  return format_time(std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

base::Bytes write_time(std::int64_t seconds) {
  std::string text = format_time(seconds);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == 'T'; });
  const bool utc = text >= "1950" && text < "2050";
  return utc ? der::write(der::kUtcTime, base::bytes_of(text).subspan(2))
             : der::write(der::kGeneralizedTime, base::bytes_of(text));
}

}  // namespace trust
