#include "base/duration_text.h"

#include "catch.h"

using namespace std::chrono_literals;

TEST_CASE("durations read as people say them") {
  CHECK(base::duration_text(0s) == "0 seconds");
  CHECK(base::duration_text(1s) == "1 second");
  CHECK(base::duration_text(90s) == "90 seconds");
  CHECK(base::duration_text(1min) == "1 minute");
  CHECK(base::duration_text(15min) == "15 minutes");
  CHECK(base::duration_text(1h) == "1 hour");
  CHECK(base::duration_text(90min) == "90 minutes");
  CHECK(base::duration_text(24h) == "1 day");
  CHECK(base::duration_text(25h) == "25 hours");
  CHECK(base::duration_text(2160h) == "90 days");
}
