#include "base/random.h"

#include <algorithm>
#include <vector>

#include "catch.h"

TEST_CASE("random bytes fill all there is room for, and differ each time") {
  std::vector<std::uint8_t> first(4096), second(4096);
  base::fill_with_random(first);
  base::fill_with_random(second);
  CHECK(first != second);
  CHECK(std::any_of(first.end() - 32, first.end(), [](std::uint8_t byte) { return byte != 0; }));
}
