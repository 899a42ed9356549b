#include "base/clock.h"

#include "catch.h"

TEST_CASE("the machine's clock agrees with the standard library's") {
  base::Clock& clock = base::system_clock();
  const auto steady_before = std::chrono::steady_clock::now();
  const auto wall_before = std::chrono::system_clock::now();
  const auto steady = clock.now();
  const auto wall = clock.wall();
  REQUIRE(steady >= steady_before);
  REQUIRE(steady <= std::chrono::steady_clock::now());
  REQUIRE(wall - wall_before < std::chrono::minutes(1));
  REQUIRE(wall_before - wall < std::chrono::minutes(1));
}

TEST_CASE("the machine's clock moves on by at least what was asked") {
  base::Clock& clock = base::system_clock();
  const auto before = clock.now();
  clock.sleep_for(std::chrono::milliseconds(1));
  REQUIRE(clock.now() - before >= std::chrono::milliseconds(1));
}
