#include "base/bytes.h"

#include "catch.h"

using base::Bytes;
using base::printable;

TEST_CASE("text becomes bytes and text again unchanged") {
  const std::string text("a\0\xff z", 5);
  REQUIRE(base::bytes_of(text).size() == 5);
  REQUIRE(base::text_of(base::bytes_of(text)) == text);
  REQUIRE(base::text_of({}).empty());
}

TEST_CASE("hexadecimal has two lower-case digits a byte") {
  REQUIRE(base::to_hex(Bytes{0x00, 0x0F, 0xA0, 0xFF}) == "000fa0ff");
  REQUIRE(base::to_hex({}).empty());
}

TEST_CASE("UTF-8 is accepted only in its one correct form") {
  REQUIRE(base::is_utf8(""));
  REQUIRE(base::is_utf8("key \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x94\x91"));
  REQUIRE(base::is_utf8("\xF4\x8F\xBF\xBF"));
  for (const std::string_view wrong :
       {"\x80", "\xC3", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF", "\xE2\x82", "\xC3z"}) {
    INFO(base::to_hex(base::bytes_of(wrong)));
    REQUIRE_FALSE(base::is_utf8(wrong));
  }
}

TEST_CASE("ordinary text is shown as it is") {
  REQUIRE(printable("release key \xC3\xA9 \xF0\x9F\x94\x91 \\") == "release key \xC3\xA9 \xF0\x9F\x94\x91 \\");
}

TEST_CASE("control characters and invalid UTF-8 are shown as escaped bytes") {
  REQUIRE(printable(std::string_view("a\nb\x1b[2J\x7f\0", 9)) == "a\\x0ab\\x1b[2J\\x7f\\x00");
  REQUIRE(printable("\xff\xC3z\xED\xA0\x80") == "\\xff\\xc3z\\xed\\xa0\\x80");
}

TEST_CASE("characters that hide or reorder text are shown as their code point") {
  REQUIRE(printable("a\xE2\x80\xAE"
                    "b") == "a\\u{202e}b");
  REQUIRE(printable("\xE2\x80\x8B\xE2\x81\xA6\xEF\xBB\xBF\xC2\x9B") == "\\u{200b}\\u{2066}\\u{feff}\\u{009b}");
  REQUIRE(printable("\xF3\xA0\x80\x81") == "\\u{e0001}");
}

TEST_CASE("what is too long to show is cut at a character and never exceeds the limit") {
  REQUIRE(printable("abcdefgh", 8) == "abcdefgh");
  REQUIRE(printable("abcdefghi", 8) == "abcde...");
  REQUIRE(printable("abcd\xC3\xA9xyz", 8) == "abcd...");
  REQUIRE(printable("abc\n\n\n", 8) == "abc...");
  REQUIRE(printable(std::string(1000, 'x')).size() == 256);
}
