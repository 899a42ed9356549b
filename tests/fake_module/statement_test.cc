#include "statement.h"

#include "catch.h"

using fake::RuleError;
using fake::Statement;

TEST_CASE("words are bare, quoted or named") {
  Statement statement("token \"a b\" label=\"c d\" serial=7 # comment");
  REQUIRE(statement.take("label") == "c d");
  REQUIRE(statement.take_number("serial", 0) == 7);
  REQUIRE(statement.next("first") == "token");
  REQUIRE(statement.next("second") == "a b");
  REQUIRE_NOTHROW(statement.finish());
}

TEST_CASE("quotes understand escapes") {
  Statement statement(R"(print "a\n\t\"\\\x00\xff#=")");
  REQUIRE(statement.next("effect") == "print");
  REQUIRE(statement.next("text") == std::string("a\n\t\"\\\0\xff#=", 9));
}

TEST_CASE("a comment or a blank line is an empty statement") {
  REQUIRE(Statement("").empty());
  REQUIRE(Statement("   # token").empty());
}

TEST_CASE("a quoted word is no flag") {
  Statement statement("\"always\"");
  REQUIRE_FALSE(statement.take_flag("always"));
  REQUIRE(statement.next("text") == "always");
}

TEST_CASE("a choice is a flag, yes or no") {
  Statement statement("sensitive sign=no extractable=maybe");
  REQUIRE(statement.take_choice("sensitive", false));
  REQUIRE_FALSE(statement.take_choice("sign", true));
  REQUIRE(statement.take_choice("missing", true));
  REQUIRE_THROWS_AS(statement.take_choice("extractable", true), RuleError);
}

TEST_CASE("what nobody took is refused") {
  REQUIRE_THROWS_AS(Statement("leftover").finish(), RuleError);
  REQUIRE_THROWS_AS(Statement("left=over").finish(), RuleError);
}

TEST_CASE("broken words are refused") {
  REQUIRE_THROWS_AS(Statement("\"open"), RuleError);
  REQUIRE_THROWS_AS(Statement(R"("\xZZ")"), RuleError);
  REQUIRE_THROWS_AS(Statement("").next("anything"), RuleError);
  REQUIRE_THROWS_AS(Statement("serial=12x").take_number("serial", 0), RuleError);
}
