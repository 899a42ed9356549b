#include "strict_json.h"

#include "catch.h"

namespace {

std::string fault_of(std::string_view text) {
  return schema::parse_strict(text).fault;
}

}  // namespace

TEST_CASE("values of every kind come out as the library's own parser reads them") {
  const std::string text =
      R"({"a":[1,-2,3.5,1e3,true,false,null,"text",[],{},[[{"b":[{}]}]]],"c":{"d":{"e":"\u00e9\ud83d\ude00\n"}},"":0})";
  const schema::StrictJson parsed = schema::parse_strict(" \r\n\t" + text + " \r\n\t");
  REQUIRE(parsed.fault.empty());
  REQUIRE(parsed.value == nlohmann::json::parse(text));
}

TEST_CASE("a value alone is a document") {
  REQUIRE(schema::parse_strict("7").value == 7);
  REQUIRE(schema::parse_strict("null").value.is_null());
  REQUIRE(schema::parse_strict(R"("x")").value == "x");
}

TEST_CASE("a member that stands twice in one object is refused by name") {
  REQUIRE(fault_of(R"({"a":1,"b":2,"a":1})") == R"(member "a" stands twice in one object)");
  REQUIRE(fault_of(R"([{"x":{"deep":1,"deep":2}}])") == R"(member "deep" stands twice in one object)");
  REQUIRE(fault_of(R"({"a":{"b":1},"a":3})") == R"(member "a" stands twice in one object)");
}

TEST_CASE("two spellings of one member name count as the same name") {
  REQUIRE(fault_of(R"({"a":1,"\u0061":2})") == R"(member "a" stands twice in one object)");
}

TEST_CASE("the same member in different objects is no duplicate") {
  REQUIRE(fault_of(R"([{"a":1},{"a":2},{"b":{"a":1},"a":2}])").empty());
}

TEST_CASE("a syntax error is told with line and column and no text of the document") {
  REQUIRE(fault_of("{\n  \"pin\": 1234secret\n}") == "not valid JSON at line 2, column 14");
}

TEST_CASE("texts that are not exactly one JSON value are refused") {
  const std::string text =
      GENERATE(as<std::string>{}, "", " ", "{", "}", "[1,]", "{\"a\":1,}", "{'a':1}", "{} {}", "{}x", "// x\n1",
               "1 /* x */", "01", "+1", "1.", ".5", "NaN", "Infinity", "1e999", "\"a", "\"\t\"", "\"\\x\"",
               "\"\\ud800\"", "\"\\udc00\\ud800\"", "tru", "{a:1}", "[1 2]");
  INFO(text);
  REQUIRE(fault_of(text).starts_with("not valid JSON at line "));
}

TEST_CASE("text that is not UTF-8 is refused") {
  const std::string bytes =
      GENERATE(as<std::string>{}, "\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82");
  REQUIRE_FALSE(fault_of("\"" + bytes + "\"").empty());
  REQUIRE_FALSE(fault_of("{\"" + bytes + "\":1}").empty());
}

TEST_CASE("a byte order mark is refused") {
  REQUIRE(fault_of("\xef\xbb\xbf{}") == "begins with a byte order mark");
}

TEST_CASE("a NUL does not end the text") {
  REQUIRE(fault_of(std::string_view("{}\0", 3)) == "not valid JSON at line 1, column 3");
  REQUIRE(fault_of(std::string_view("{}\0garbage", 10)) == "not valid JSON at line 1, column 3");
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  REQUIRE(fault_of(nested(schema::kMaximumJsonDepth)).empty());
  REQUIRE(fault_of(nested(schema::kMaximumJsonDepth + 1)) == "nested deeper than 64 levels");
  REQUIRE(fault_of(std::string(1'000'000, '[')) == "nested deeper than 64 levels");
}
