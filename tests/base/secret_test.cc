#include "base/secret.h"

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>
#include <utility>

#include "catch.h"

using base::Secret;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string> && !std::is_constructible_v<std::string, Secret>);

namespace {

Secret secret_of(std::string_view text) {
  return Secret(base::bytes_of(text));
}
std::string revealed(const Secret& secret) {
  return base::text_of(secret.reveal());
}

}  // namespace

TEST_CASE("wiped memory holds zeros only") {
  std::array<char, 5> text = {'1', '2', '3', '4', '5'};
  base::wipe(std::span<char>(text).first(3));
  REQUIRE(text == std::array<char, 5>{0, 0, 0, '4', '5'});
  std::array<std::uint8_t, 2> bytes = {7, 8};
  base::wipe(std::span<std::uint8_t>(bytes));
  REQUIRE(bytes == std::array<std::uint8_t, 2>{0, 0});
  base::wipe(std::span<char>());
}

TEST_CASE("a secret gives back what it was given") {
  REQUIRE(revealed(secret_of("123456")) == "123456");
  REQUIRE(secret_of("").empty());
  REQUIRE(Secret().empty());
}

TEST_CASE("a secret made by size starts as zeros and can be filled") {
  Secret secret(std::size_t{10'000});
  REQUIRE(secret.size() == 10'000);
  REQUIRE(std::ranges::all_of(secret.reveal(), [](auto byte) { return byte == 0; }));
  secret.writable().back() = 9;
  REQUIRE(secret.reveal().back() == 9);
}

TEST_CASE("moving a secret leaves nothing behind") {
  Secret first = secret_of("first");
  Secret second = std::move(first);
  REQUIRE(first.empty());  // NOLINT(bugprone-use-after-move): what is left is the point
  REQUIRE(first.reveal().data() == nullptr);
  REQUIRE(revealed(second) == "first");
  Secret third = secret_of("third");
  third = std::move(second);
  REQUIRE(revealed(third) == "first");
  Secret& same = third;
  third = std::move(same);
  REQUIRE(revealed(third) == "first");
}

TEST_CASE("a shortened secret has wiped what was cut off") {
  Secret secret = secret_of("123456");
  const std::uint8_t* tail = secret.reveal().data() + 4;
  secret.shrink(4);
  REQUIRE(revealed(secret) == "1234");
  REQUIRE(tail[0] == 0);
  REQUIRE(tail[1] == 0);
  secret.shrink(100);
  REQUIRE(secret.size() == 4);
}

TEST_CASE("a copy of a secret lives on its own") {
  Secret original = secret_of("123456");
  const Secret copy = original.copy();
  original.writable()[0] = 'x';
  REQUIRE(revealed(copy) == "123456");
}
