#include "platform/environment.h"

#include <unistd.h>

#include <array>

#include "base/bytes.h"
#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "platform/descriptor.h"

using platform::EnvironmentSecrets;
using platform::take_environment;

namespace {

// What the probe says when it starts with this environment block.
std::string probe(const char* name, std::initializer_list<const char*> block) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    (void)::dup2(ends[1], STDOUT_FILENO);
    std::array<char*, 3> arguments = {const_cast<char*>(ENVIRONMENT_PROBE), const_cast<char*>(name), nullptr};
    std::array<char*, 8> environment{};
    std::size_t i = 0;
    for (const char* entry : block)
      environment[i++] = const_cast<char*>(entry);
    (void)::execve(arguments[0], arguments.data(), environment.data());
    ::_exit(127);
  }
  (void)::close(ends[1]);
  const platform::Descriptor reader(ends[0]);
  std::string said = read_all(reader.number());
  REQUIRE(end_of(child) == "exit 0");
  return said;
}

}  // namespace

TEST_CASE("a PIN taken from the environment is gone from the block that other processes can read") {
  const std::string said = probe("NOTATION_PKCS11_PIN", {"BEFORE=1", "NOTATION_PKCS11_PIN=hunter2", "AFTER=2"});
  CHECK(said.starts_with("7 unset\n"));
  CHECK(said.find("BEFORE=1") != std::string::npos);
  CHECK(said.find("AFTER=2") != std::string::npos);
  CHECK(said.find("hunter2") == std::string::npos);
}

TEST_CASE("every copy of a variable that is in the block twice is overwritten") {
  const std::string said = probe("PIN", {"PIN=first1", "X=1", "PIN=second22", "PINS=kept"});
  CHECK(said.starts_with("6 unset\n"));
  CHECK(said.find("first1") == std::string::npos);
  CHECK(said.find("second22") == std::string::npos);
  CHECK(said.find("PINS=kept") != std::string::npos);
}

TEST_CASE("a variable that is not set gives nothing, an empty one gives an empty secret") {
  CHECK_FALSE(take_environment("NP11_NO_SUCH_VARIABLE").has_value());
  const EnvironmentScope empty("NP11_TEST_EMPTY", "");
  const auto taken = take_environment("NP11_TEST_EMPTY");
  REQUIRE(taken.has_value());
  CHECK(taken->empty());
  CHECK(::getenv("NP11_TEST_EMPTY") == nullptr);
}

TEST_CASE("taking overwrites the value where it is and unsets the variable") {
  const EnvironmentScope scope("NP11_TEST_PIN", "1234");
  const std::string_view value(::getenv("NP11_TEST_PIN"), 4);
  REQUIRE(value == "1234");
  CHECK(take_environment("NP11_TEST_PIN").has_value());
  CHECK(value == std::string_view("\0\0\0\0", 4));
  CHECK(::getenv("NP11_TEST_PIN") == nullptr);
}

TEST_CASE("a secret taken early is found later, and a second take keeps it") {
  const EnvironmentScope scope("NP11_TEST_PIN", "1234");
  EnvironmentSecrets secrets;
  CHECK(secrets.find("NP11_TEST_PIN") == nullptr);
  secrets.take("NP11_TEST_PIN");
  secrets.take("NP11_TEST_PIN");
  REQUIRE(secrets.find("NP11_TEST_PIN") != nullptr);
  CHECK(base::text_of(secrets.find("NP11_TEST_PIN")->reveal()) == "1234");
}
