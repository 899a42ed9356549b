#include "platform/shell_line.h"

#include "catch.h"

using platform::shell_line;
using platform::shell_word;

TEST_CASE("a word that no shell changes stays as it is") {
  CHECK(shell_word("/usr/lib/softhsm/libsofthsm2.so") == "/usr/lib/softhsm/libsofthsm2.so");
  CHECK(shell_word("env:PIN") == "env:PIN");
}

TEST_CASE("what a shell would take apart or replace is quoted") {
  CHECK(shell_word("") == "''");
  CHECK(shell_word("my file") == "'my file'");
  CHECK(shell_word("it's $HOME") == R"('it'\''s $HOME')");
  CHECK(shell_word("=ls") == "'=ls'");
  CHECK(shell_word("Z\u00fcrich") == "'Z\u00fcrich'");
}

TEST_CASE("a control character in a printed command is an escape, not a new line or a terminal's order") {
  CHECK(shell_word("x\ntouch /tmp/y #") == R"($'x\ntouch /tmp/y #')");
  CHECK(shell_word("a\033[2Jb") == R"($'a\033[2Jb')");
  CHECK(shell_word("\r1") == R"($'\0151')");
  CHECK(shell_word("it's\\\n") == R"($'it\'s\\\n')");
}

TEST_CASE("what deceives the eye and what is no UTF-8 is written as the bytes that it is") {
  CHECK(shell_word("a\u202eb") == R"($'a\342\200\256b')");
  CHECK(shell_word("a\xff") == R"($'a\377')");
}

TEST_CASE("a long path in a printed command is whole") {
  const std::string path = "/" + std::string(3000, 'x') + " y";
  CHECK(shell_line({"chmod", "600", path}) == "chmod 600 '" + path + "'");
}
