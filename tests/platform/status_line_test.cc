#include "status_line.h"

#include "base/bytes.h"
#include "catch.h"

using platform::cut_to_columns;

TEST_CASE("a text that fits is left as it is") {
  CHECK(cut_to_columns("", 0).empty());
  CHECK(cut_to_columns("waiting", 7) == "waiting");
  CHECK(cut_to_columns("J\xC3\xB6rg", 4) == "J\xC3\xB6rg");
}

TEST_CASE("a text that is cut says so and fits") {
  CHECK(cut_to_columns("waiting", 6) == "wai...");
  CHECK(cut_to_columns("waiting", 3) == "...");
  CHECK(cut_to_columns("waiting", 1) == ".");
  CHECK(cut_to_columns("waiting", 0).empty());
}

TEST_CASE("a cut text is still UTF-8, whatever the width") {
  const std::string text = "\xC3\xB6\xE2\x80\xA6\xE5\xB1\xB1\xF0\x9F\x94\x91\xC3\xB6\xE5\xB1\xB1 and more";
  for (std::size_t columns = 0; columns < 30; ++columns)
    CHECK(base::is_utf8(cut_to_columns(text, columns)));
}

TEST_CASE("wide characters take two columns, accented letters and punctuation one") {
  const std::string mountain = "\xE5\xB1\xB1";
  CHECK(cut_to_columns(mountain + mountain, 4) == mountain + mountain);
  CHECK(cut_to_columns(mountain + mountain + mountain, 5) == mountain + "...");
  CHECK(cut_to_columns(mountain + mountain + mountain, 4) == "...");
  CHECK(cut_to_columns("\xF0\x9F\x94\x91\xF0\x9F\x94\x91", 3) == "...");
  CHECK(cut_to_columns("\xE2\x80\xA6\xE2\x86\x92\xE1\xBA\x9E", 3) == "\xE2\x80\xA6\xE2\x86\x92\xE1\xBA\x9E");
}
