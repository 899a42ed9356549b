#include "doctor/check_text.h"

#include <cstdlib>

#include "catch.h"

namespace operators {
namespace {

schema::DoctorCheck failed(std::string text, std::vector<std::string> details = {}, std::string fix = {}) {
  return {"module-file", schema::CheckState::failed, std::move(text), std::move(details), std::move(fix)};
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0, width = 0;
  for (const char letter : text) {
    width = letter == '\n' ? 0 : width + 1;
    widest = std::max(widest, width);
  }
  return widest;
}

// The locale is looked at once in a process; here it is the one of plain ASCII.
const int kAsciiLocale = ::setenv("LC_ALL", "C", 1);

TEST_CASE("a check is one line with its title, and below it what helps") {
  REQUIRE(kAsciiLocale == 0);
  REQUIRE(check_text(failed("it is missing", {"put it there"}, "touch /x"), "module file") ==
          "x module file     it is missing\n    put it there\n    fix: touch /x\n");
}

TEST_CASE("long texts are broken within 80 columns, commands are not") {
  std::string words;
  for (int i = 0; i < 60; ++i)
    words += (i == 0 ? "" : " ") + std::string("word");
  REQUIRE(widest_line(check_text(failed(words, {words}), "module file")) <= 80);
  REQUIRE(check_text(failed("x", {"  " + words}, words), "module file") ==
          "x module file     x\n      " + words + "\n    fix: " + words + "\n");
}

TEST_CASE("control characters in a check's text are made visible") {
  REQUIRE(check_text(failed("a\033[2Jb"), "token").find('\033') == std::string::npos);
}

}  // namespace
}  // namespace operators
