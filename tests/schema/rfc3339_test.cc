#include "rfc3339.h"

#include "catch.h"

namespace {

// Nanoseconds since 1970, or -1 when the text was refused.
std::int64_t nanoseconds_of(std::string_view text) {
  const auto time = schema::parse_rfc3339(text);
  return time ? std::chrono::duration_cast<std::chrono::nanoseconds>(time->time_since_epoch()).count() : -1;
}

constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace

TEST_CASE("an RFC 3339 time is a point in time whatever its offset") {
  constexpr std::int64_t kExpected = 1795225709 * kSecond;
  REQUIRE(nanoseconds_of("2026-11-21T01:48:29Z") == kExpected);
  REQUIRE(nanoseconds_of("2026-11-21T07:18:29+05:30") == kExpected);
  REQUIRE(nanoseconds_of("2026-11-20T20:48:29-05:00") == kExpected);
  REQUIRE(nanoseconds_of("2026-11-21T01:48:29-00:00") == kExpected);
}

TEST_CASE("leap days, month ends and the first moment are right") {
  REQUIRE(nanoseconds_of("1970-01-01T00:00:00Z") == 0);
  REQUIRE(nanoseconds_of("2024-02-29T23:59:59Z") == 1709251199 * kSecond);
  REQUIRE(nanoseconds_of("2000-02-29T00:00:00Z") == 951782400 * kSecond);
  REQUIRE(nanoseconds_of("2261-12-31T23:59:59Z") == 9214646399 * kSecond);
}

TEST_CASE("fractions of a second count to the nanosecond") {
  REQUIRE(nanoseconds_of("1970-01-01T00:00:01.5Z") == 1'500'000'000);
  REQUIRE(nanoseconds_of("1970-01-01T00:00:00.123456789Z") == 123'456'789);
  REQUIRE(nanoseconds_of("1970-01-01T00:00:00.1234567899999Z") == 123'456'789);
}

TEST_CASE("what is not an RFC 3339 time is refused") {
  const std::string text = GENERATE(
      as<std::string>{}, "", "2026-11-21", "2026-11-21T01:48:29", "2026-11-21 01:48:29Z", "2026-11-21t01:48:29Z",
      "2026-11-21T01:48:29z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
      "2026-04-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T01:60:00Z", "2026-11-21T01:48:60Z",
      "2026-11-21T01:48:29+24:00", "2026-11-21T01:48:29+05:60", "2026-11-21T01:48:29+0530", "2026-11-21T01:48:29+05",
      "2026-11-21T01:48:29.Z", "2026-11-21T01:48:29,5Z", "26-11-21T01:48:29Z", "02026-11-21T01:48:29Z",
      "2026-11-21T01:48:29ZZ", " 2026-11-21T01:48:29Z", "2026-11-21T01:48:29+-5:00", "1969-12-31T23:59:59Z",
      "1970-01-01T00:00:00+00:01", "2262-12-31T23:59:59Z", "9999-12-31T23:59:59Z", "2026-1a-21T01:48:29Z");
  INFO(text);
  REQUIRE(nanoseconds_of(text) == -1);
}

TEST_CASE("seconds beyond the clock's range are refused") {
  REQUIRE(schema::wall_time_of(0) == base::WallTime{});
  REQUIRE(schema::wall_time_of(9214646399) == base::WallTime{std::chrono::seconds(9214646399)});
  REQUIRE_FALSE(schema::wall_time_of(9223372036));
  REQUIRE_FALSE(schema::wall_time_of(UINT64_MAX));
}

TEST_CASE("a time is written in UTC and whole seconds, and read back") {
  using std::chrono::seconds;
  REQUIRE(schema::format_rfc3339(base::WallTime(seconds(1795225709)) + std::chrono::milliseconds(999)) ==
          "2026-11-21T01:48:29Z");
  REQUIRE(schema::format_rfc3339(base::WallTime()) == "1970-01-01T00:00:00Z");
  for (const std::int64_t time : {0LL, 951782399LL, 951782400LL, 1709251199LL, 9214646399LL}) {
    REQUIRE(nanoseconds_of(schema::format_rfc3339(base::WallTime(seconds(time)))) == time * kSecond);
  }
}
