#include "platform/pin.h"

#include <string>

#include "base/bytes.h"
#include "catch.h"
#include "environment_scope.h"
#include "fake_terminal.h"
#include "temporary_folder.h"
#include "throws_error.h"

using base::ErrorKind;
using platform::default_pin_source;
using platform::EnvironmentSecrets;
using platform::parse_pin_source;
using platform::parse_uri_pin_source;
using platform::PinSource;
using platform::PinSourceKind;
using platform::read_pin;

namespace {

constexpr const char* kVariable = "NP11_TEST_PIN";

PinSource file(const std::string& path) {
  return {PinSourceKind::file, path};
}

PinSource variable(const char* name) {
  return {PinSourceKind::environment, name};
}

std::string read(const PinSource& source) {
  EnvironmentSecrets environment;
  FakeTerminal terminal(false);
  return base::text_of(read_pin(source, environment, terminal, "PIN: ").reveal());
}

void require_no_pin_shown(const base::Error& error, const std::string& pin) {
  CHECK(error.message().find(pin) == std::string::npos);
  CHECK(error.hint().find(pin) == std::string::npos);
}

}  // namespace

TEST_CASE("pin_source is a variable, a file, a credential or the prompt") {
  CHECK(parse_pin_source("prompt", "/etc") == PinSource{PinSourceKind::prompt, ""});
  CHECK(parse_pin_source("env:HSM_PIN", "/etc") == variable("HSM_PIN"));
  CHECK(parse_pin_source("file:/run/pin", "/etc") == file("/run/pin"));
  CHECK(parse_pin_source("file:///run/pin", "/etc") == file("/run/pin"));
  CHECK(parse_pin_source("file://localhost/run/pin", "/etc") == file("/run/pin"));
  CHECK(parse_pin_source("file:secrets/pin", "/etc") == file("/etc/secrets/pin"));
  CHECK(parse_pin_source("credential:hsm.pin", "/etc") == PinSource{PinSourceKind::credential, "hsm.pin"});
}

TEST_CASE("a pin_source of another form is refused without showing it, since it may be a PIN") {
  for (const char* text : {"123456", "", "pin123456", "envHSM123456", "PROMPT"}) {
    const base::Error error = error_of([&] { parse_pin_source(text, "/etc"); });
    require_error(error, ErrorKind::invalid_settings);
    CHECK(error.message() ==
          "cannot use pin_source: it has none of the known forms (it is not shown, because it may be a PIN)");
    CHECK(error.hint() == "write env:NAME, file:PATH, credential:NAME or prompt");
  }
  const base::Error error = error_of([] { parse_pin_source("env:12-34-56", "/etc"); });
  CHECK(error.message() == "cannot use pin_source: env: is not followed by the name of an environment variable");
  require_no_pin_shown(error, "12-34-56");
}

TEST_CASE("a bare path, a host and a command as pin_source are refused, each with its own words") {
  const auto message = [](const char* text) { return error_of([&] { parse_pin_source(text, "/etc"); }).message(); };
  CHECK(message("/run/pin") == "cannot use pin_source: a path needs file: in front");
  CHECK(message("~/pin") == "cannot use pin_source: a path needs file: in front");
  CHECK(message("|cat pin") ==
        "cannot use pin_source: a command is not accepted here; pin_command in a configuration file names one");
  for (const char* text : {"credential:", "credential:a/b", "credential:..", "credential:a b", "credential:a:b"})
    CHECK(message(text) == "cannot use pin_source: credential: is not followed by the name of a credential");
  CHECK(message("file://host/pin") ==
        "cannot use pin_source: file:// is followed by a host name, but only files of this machine can be read");
  CHECK(message("file:~/pin") == "cannot use PIN file ~/pin: `~` stands for the home folder only in a shell");
  CHECK(message("file:") == "cannot use PIN file: its path is empty");
}

TEST_CASE("pin-source of a URI names a file and nothing else") {
  CHECK(parse_uri_pin_source("/run/pin", "/etc") == file("/run/pin"));
  CHECK(parse_uri_pin_source("pin", "/etc") == file("/etc/pin"));
  CHECK(parse_uri_pin_source("dir/a:b", "/etc") == file("/etc/dir/a:b"));
  CHECK(parse_uri_pin_source("file:/run/pin", "/etc") == file("/run/pin"));
  CHECK(parse_uri_pin_source("file:///run/pin", "/etc") == file("/run/pin"));
  for (const char* text : {"env:HSM_PIN", "prompt", "https://host/pin"}) {
    const base::Error error = error_of([&] { parse_uri_pin_source(text, "/etc"); });
    require_error(error, ErrorKind::invalid_uri);
    CHECK(error.message() == "cannot use pin-source of the URI: it does not name a file");
  }
  REQUIRE_ERROR(parse_uri_pin_source("|cat pin", "/etc"), ErrorKind::invalid_uri);
  REQUIRE_ERROR(parse_uri_pin_source("credential:pin", "/etc"), ErrorKind::invalid_uri);
  REQUIRE_ERROR(parse_uri_pin_source("file://host/pin", "/etc"), ErrorKind::invalid_uri);
}

TEST_CASE("a PIN from a file loses one line end and nothing else") {
  const TemporaryFolder folder;
  CHECK(read(file(folder.write("pin", "1234"))) == "1234");
  CHECK(read(file(folder.write("pin", "1234\n"))) == "1234");
  CHECK(read(file(folder.write("pin", "1234\r\n"))) == "1234");
  CHECK(read(file(folder.write("pin", "1234\n\n"))) == "1234\n");
  CHECK(read(file(folder.write("pin", " 12\t34 "))) == " 12\t34 ");
  CHECK(read(file(folder.write("pin", "1234\r"))) == "1234\r");
}

TEST_CASE("a PIN file that is empty, holds a NUL or is too long gives no PIN") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& content) {
    const std::string path = folder.write("pin", content);
    const base::Error error = error_of([&] { read(file(path)); });
    require_error(error, ErrorKind::pin_unavailable);
    const std::string start = "cannot use the PIN from file " + path + ": ";
    REQUIRE(error.message().starts_with(start));
    return error.message().substr(start.size());
  };
  CHECK(refused("") == "it is empty");
  CHECK(refused("\r\n") == "it is empty");
  CHECK(refused(std::string("12\00034", 5)) == "it holds a NUL byte");
  CHECK(refused(std::string(4097, '1')) == "it is longer than 4096 bytes");
  CHECK(refused(std::string(10000, '1')) == "it is longer than 4096 bytes");
  CHECK(read(file(folder.write("pin", std::string(4096, '1') + "\r\n"))).size() == 4096);
}

TEST_CASE("a PIN file that others may read is refused before and when it is read") {
  const TemporaryFolder folder;
  const PinSource source = file(folder.write("pin", "987654", 0644));
  const base::Error early = error_of([&] { platform::check_pin_source(source); });
  require_error(early, ErrorKind::invalid_settings);
  const base::Error late = error_of([&] { read(source); });
  require_error(late, ErrorKind::invalid_settings);
  CHECK(early.message() == late.message());
  require_no_pin_shown(late, "987654");
}

TEST_CASE("only a file can be checked before the PIN is needed") {
  platform::check_pin_source({PinSourceKind::prompt, ""});
  platform::check_pin_source(variable("NP11_NO_SUCH_VARIABLE"));
  REQUIRE_ERROR(platform::check_pin_source(file("/no/such/pin")), ErrorKind::invalid_settings);
}

TEST_CASE("a PIN from the environment is taken out of it and stays available to this process") {
  const EnvironmentScope scope(kVariable, "1234\n");
  EnvironmentSecrets environment;
  FakeTerminal terminal(false);
  for (int i = 0; i < 2; ++i) {
    const base::Secret pin = read_pin(variable(kVariable), environment, terminal, "PIN: ");
    CHECK(base::text_of(pin.reveal()) == "1234");
    CHECK(::getenv(kVariable) == nullptr);
  }
}

TEST_CASE("a variable that is not set or empty gives no PIN and is named") {
  const base::Error missing = error_of([] { read(variable("NP11_NO_SUCH_VARIABLE")); });
  require_error(missing, ErrorKind::pin_unavailable);
  CHECK(missing.message() == "no PIN: environment variable NP11_NO_SUCH_VARIABLE is not set");
  const EnvironmentScope scope(kVariable, "");
  const base::Error empty = error_of([] { read(variable(kVariable)); });
  require_error(empty, ErrorKind::pin_unavailable);
  CHECK(empty.message() == std::string("cannot use the PIN from environment variable ") + kVariable + ": it is empty");
}

TEST_CASE("whether a PIN can be had is known without reading it or asking for it") {
  EnvironmentSecrets environment;
  FakeTerminal nobody(false), person(true, "1234");
  const PinSource prompt{PinSourceKind::prompt, ""};
  const base::Error missing =
      error_of([&] { platform::require_pin_source(variable("NP11_NO_SUCH_VARIABLE"), environment, person); });
  require_error(missing, ErrorKind::pin_unavailable);
  CHECK(missing.message() == "no PIN: environment variable NP11_NO_SUCH_VARIABLE is not set");
  REQUIRE_ERROR(platform::require_pin_source(prompt, environment, nobody), ErrorKind::pin_unavailable);
  const EnvironmentScope scope(kVariable, "1234");
  CHECK_NOTHROW(platform::require_pin_source(variable(kVariable), environment, nobody));
  CHECK_NOTHROW(platform::require_pin_source(prompt, environment, person));
  CHECK_NOTHROW(platform::require_pin_source({PinSourceKind::file, "/no/such/file"}, environment, nobody));
  CHECK(person.prompts.empty());
}

TEST_CASE("without a pin_source the variable comes first, then the prompt") {
  FakeTerminal terminal(true);
  {
    const EnvironmentScope scope(platform::kPinVariable, "1234");
    EnvironmentSecrets environment;
    environment.take(platform::kPinVariable);
    CHECK(default_pin_source(environment, terminal) == variable(platform::kPinVariable));
  }
  CHECK(default_pin_source(EnvironmentSecrets(), terminal) == PinSource{PinSourceKind::prompt, ""});
  const EnvironmentScope scope(platform::kPinVariable, "");
  EnvironmentSecrets environment;
  environment.take(platform::kPinVariable);
  CHECK(default_pin_source(environment, terminal) == PinSource{PinSourceKind::prompt, ""});
}

TEST_CASE("without a pin_source, a variable and a terminal the error names both ways") {
  FakeTerminal nobody(false);
  const base::Error unset = error_of([&] { default_pin_source(EnvironmentSecrets(), nobody); });
  require_error(unset, ErrorKind::pin_unavailable);
  CHECK(unset.message() ==
        "no PIN: environment variable NOTATION_PKCS11_PIN is not set and there is no terminal to ask at");
  CHECK(unset.hint() ==
        "set NOTATION_PKCS11_PIN, or pin_source to env:NAME, file:PATH or credential:NAME, or run this in a terminal");
  const EnvironmentScope scope(platform::kPinVariable, "");
  EnvironmentSecrets environment;
  environment.take(platform::kPinVariable);
  CHECK(error_of([&] { default_pin_source(environment, nobody); }).message() ==
        "no PIN: environment variable NOTATION_PKCS11_PIN is empty and there is no terminal to ask at");
}

TEST_CASE("the prompt is shown as given and what is typed is the PIN, unless it is empty") {
  EnvironmentSecrets environment;
  FakeTerminal terminal(true, "1234");
  const PinSource prompt{PinSourceKind::prompt, ""};
  CHECK(base::text_of(read_pin(prompt, environment, terminal, "PIN of prod: ").reveal()) == "1234");
  REQUIRE(terminal.prompts.size() == 1);
  CHECK(terminal.prompts[0] == "PIN of prod: ");
  FakeTerminal silent(true, "");
  const base::Error error = error_of([&] { read_pin(prompt, environment, silent, "PIN: "); });
  require_error(error, ErrorKind::pin_unavailable);
  CHECK(error.message() == "cannot use the PIN from the prompt: it is empty");
}

TEST_CASE("only the prompt needs a person") {
  CHECK(platform::is_attended({PinSourceKind::prompt, ""}));
  CHECK_FALSE(platform::is_attended(variable("X")));
  CHECK_FALSE(platform::is_attended(file("/x")));
}
