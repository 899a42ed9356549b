#include "duration.h"

#include "throws_error.h"

TEST_CASE("a duration is read as notation reads it") {
  using operators::parse_duration;
  CHECK(parse_duration("--expiry", "24h").count() == 86'400);
  CHECK(parse_duration("--expiry", "1h30m").count() == 5'400);
  CHECK(parse_duration("--expiry", "90s").count() == 90);
}

TEST_CASE("what is no duration is refused by the flag's name") {
  for (const char* text : {"", "h", "24", "1d", "-1h", "0s", "1.5h", "1h30", "99999999999999999999h", " 1h"}) {
    const base::Error error = error_of([&] { operators::parse_duration("--expiry", text); });
    CHECK(error.kind() == base::ErrorKind::invalid_request);
    CHECK(error.message().starts_with("--expiry: \""));
  }
}
