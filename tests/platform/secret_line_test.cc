#include "secret_line.h"

#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "catch.h"

using platform::EditingKeys;
using platform::SecretLine;

namespace {

using State = SecretLine::State;

State type(SecretLine& line, std::string_view text) {
  State state = State::typing;
  for (const char c : text)
    state = line.type(static_cast<std::uint8_t>(c));
  return state;
}

// What is entered after these keys; the last one must be Enter.
std::string entered(std::string_view keys) {
  SecretLine line({}, 64);
  REQUIRE(type(line, keys) == State::entered);
  CHECK_FALSE(line.is_too_long());
  CHECK_FALSE(line.has_control_character());
  return base::text_of(std::move(line).take().reveal());
}

}  // namespace

TEST_CASE("Enter ends the line, as carriage return or line feed") {
  CHECK(entered("1234\n") == "1234");
  CHECK(entered("1234\r") == "1234");
  CHECK(entered("\n").empty());
  CHECK(entered("with blank\n") == "with blank");
}

TEST_CASE("backspace takes the last character, however many bytes it has") {
  CHECK(entered("12\x7F"
                "3\n") == "13");
  CHECK(entered("12\b3\n") == "13");
  CHECK(entered("a\xC3\xA4\x7F"
                "b\n") == "ab");
  CHECK(entered("a\xE2\x82\xAC\x7F"
                "b\n") == "ab");
  CHECK(entered("a\xF0\x9F\x94\x91\x7F"
                "b\n") == "ab");
  CHECK(entered("\x7F\x7F"
                "1\n") == "1");
  CHECK(entered("\xA4\xA4\x7F"
                "1\n") == "1");
}

TEST_CASE("Ctrl-U starts the line again") {
  CHECK(entered("wrong\x15right\n") == "right");
  CHECK(entered("wrong\x1B[D\x15right\n") == "right");
}

TEST_CASE("Ctrl-C and Ctrl-D cancel, also after something was typed") {
  for (const std::string_view keys : {"\x03", "12\x03", "\x04", "12\x04"}) {
    SecretLine line({}, 64);
    CHECK(type(line, keys) == State::cancelled);
  }
}

TEST_CASE("the keys that the user gave the terminal work as well") {
  const EditingKeys keys{0x18, 0x1C, 0x1A, 0x17, 0x0B};
  for (const std::string_view cancel : {"\x18", "\x1C", "\x1A"}) {
    SecretLine line(keys, 64);
    CHECK(type(line, cancel) == State::cancelled);
  }
  SecretLine line(keys, 64);
  REQUIRE(type(line,
               "old\x0B"
               "12\x17"
               "3\n") == State::entered);
  CHECK(base::text_of(std::move(line).take().reveal()) == "13");
}

TEST_CASE("an arrow key, a tab and a NUL are noticed instead of becoming part of the PIN") {
  for (const std::string_view keys :
       {std::string_view("1\x1B[D2\n"), std::string_view("1\t\n"), std::string_view("1\0\n", 3)}) {
    SecretLine line({}, 64);
    REQUIRE(type(line, keys) == State::entered);
    CHECK(line.has_control_character());
  }
}

TEST_CASE("a line longer than the limit is noticed and read to its end") {
  SecretLine fits({}, 4);
  REQUIRE(type(fits, "1234\n") == State::entered);
  CHECK_FALSE(fits.is_too_long());
  SecretLine exceeds({}, 4);
  REQUIRE(type(exceeds, "12345678\n") == State::entered);
  CHECK(exceeds.is_too_long());
}
