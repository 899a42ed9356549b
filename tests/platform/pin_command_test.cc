#include <string>

#include "base/bytes.h"
#include "catch.h"
#include "environment_scope.h"
#include "fake_terminal.h"
#include "platform/pin.h"
#include "temporary_folder.h"
#include "throws_error.h"

using base::ErrorKind;
using platform::EnvironmentSecrets;
using platform::PinSource;

namespace {

// A program of the given lines.
struct Program {
  explicit Program(const std::string& lines) : path(folder.write("pin", "#!/bin/sh\n" + lines + "\n", 0700)) {}

  std::string read(const std::vector<std::string>& arguments = {}) const {
    std::vector<std::string> command{path};
    command.insert(command.end(), arguments.begin(), arguments.end());
    EnvironmentSecrets environment;
    FakeTerminal terminal(false);
    const PinSource source = platform::command_pin_source(command);
    return base::text_of(platform::read_pin(source, environment, terminal, "PIN: ").reveal());
  }

  base::Error refusal() const {
    base::Error error = error_of([&] { read(); });
    require_error(error, ErrorKind::pin_unavailable);
    const std::string start = "cannot use the PIN from program " + path + ": ";
    REQUIRE(error.message().starts_with(start));
    return {error.kind(), error.phase(), error.message().substr(start.size()), error.hint()};
  }

  TemporaryFolder folder;
  std::string path;
};

}  // namespace

TEST_CASE("a program's output is the PIN, without one line end") {
  CHECK(Program("echo 123456").read() == "123456");
  CHECK(Program("printf '%s %s' \"$1\" \"$2\"").read({"a b", "$HOME"}) == "a b $HOME");
  CHECK(Program("printf '1234\\n\\n'").read() == "1234\n");
}

TEST_CASE("a program for the PIN gets no other secret in its environment") {
  const EnvironmentScope pin(platform::kPinVariable, "987654");
  const EnvironmentScope other("NP11_OTHER", "987654");
  const std::string names = Program("env | cut -d= -f1 | tr '\\n' ' '").read();
  CHECK(names.find("PATH") != std::string::npos);
  CHECK(names.find("NOTATION") == std::string::npos);
  CHECK(names.find("NP11") == std::string::npos);
}

TEST_CASE("a program that fails gives no PIN, and says why") {
  const base::Error error = Program("echo 'first'; exec 1>&-; exit 3").refusal();
  CHECK(error.message() == "it ended with exit status 3");
  const base::Error silent = Program("echo 'vault is\tsealed' >&2; exit 2").refusal();
  CHECK(silent.message() == "it ended with exit status 2");
  CHECK(silent.hint().starts_with("it says: vault is"));
  CHECK(silent.hint().find('\t') == std::string::npos);
}

TEST_CASE("what a program writes on standard error is not shown once it has written a PIN") {
  const base::Error error = Program("set -x; echo 987654; exit 1").refusal();
  CHECK(error.hint() == "what it wrote on standard error is not shown, because it may hold the PIN");
  CHECK((error.message() + error.hint()).find("987654") == std::string::npos);
}

TEST_CASE("a program that writes nothing, only a line end, or too much gives no PIN") {
  CHECK(Program("true").refusal().message() == "it wrote nothing");
  CHECK(Program("echo").refusal().message() == "it is empty");
  CHECK(Program("head -c 5000 /dev/zero | tr '\\0' 1").refusal().message() == "it is longer than 4096 bytes");
}

TEST_CASE("a program that others may change is refused before and when it is run") {
  const Program program("echo 123456");
  TemporaryFolder::set_mode(program.path, 0722);
  const base::Error early = error_of([&] { platform::check_pin_source(platform::command_pin_source({program.path})); });
  require_error(early, ErrorKind::invalid_settings);
  CHECK(program.refusal().message().find("is writable by its group or by others") != std::string::npos);
  CHECK(platform::describe(platform::command_pin_source({program.path, "show"})) == "program " + program.path);
}
