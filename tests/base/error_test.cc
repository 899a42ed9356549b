#include "base/error.h"

#include <set>
#include <string>
#include <utility>

#include "catch.h"

using base::Error;
using base::ErrorKind;
using base::Phase;

TEST_CASE("an error carries what it was made with") {
  const Error error = Error(ErrorKind::token_failed, Phase::sign, "sign with key \"a\" failed", "look at the log")
                          .with_return_value(0x30)
                          .with_module("/usr/lib/module.so");
  REQUIRE(error.kind() == ErrorKind::token_failed);
  REQUIRE(error.phase() == Phase::sign);
  REQUIRE(error.message() == "sign with key \"a\" failed");
  REQUIRE(std::string(error.what()) == error.message());
  REQUIRE(error.hint() == "look at the log");
  REQUIRE(error.return_value() == 0x30UL);
  REQUIRE(error.module() == "/usr/lib/module.so");
}

TEST_CASE("an error that is completed in place keeps its text") {
  Error error(ErrorKind::busy, Phase::open, "short", "hint");
  error = std::move(error).with_return_value(0xB1);
  error = std::move(error).with_module("/m.so");
  REQUIRE(error.message() == "short");
  REQUIRE(error.hint() == "hint");
  REQUIRE(error.return_value() == 0xB1UL);
  REQUIRE(error.module() == "/m.so");
}

TEST_CASE("an error that no module caused names neither return value nor module") {
  const Error error(ErrorKind::invalid_uri, Phase::settings, "bad");
  REQUIRE_FALSE(error.return_value().has_value());
  REQUIRE(error.module().empty());
  REQUIRE(error.hint().empty());
}

TEST_CASE("every phase has a name of its own, the one the settings use") {
  REQUIRE(name_of(Phase::initialise) == "initialise");
  REQUIRE(name_of(Phase::slots) == "slots");
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Phase::verify); ++i)
    names.insert(name_of(static_cast<Phase>(i)));
  REQUIRE(names.size() == static_cast<std::size_t>(Phase::verify) + 1);
  REQUIRE(names.count("") == 0);
}
