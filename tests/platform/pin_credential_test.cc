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
using platform::PinSourceKind;

namespace {

const PinSource kSource{PinSourceKind::credential, "hsm.pin"};

std::string read() {
  EnvironmentSecrets environment;
  FakeTerminal terminal(false);
  return base::text_of(platform::read_pin(kSource, environment, terminal, "PIN: ").reveal());
}

void require() {
  EnvironmentSecrets environment;
  FakeTerminal terminal(false);
  platform::require_pin_source(kSource, environment, terminal);
}

}  // namespace

TEST_CASE("a credential is a file in the folder that systemd names") {
  const TemporaryFolder folder;
  folder.write("hsm.pin", "123456\n", 0400);
  const EnvironmentScope scope("CREDENTIALS_DIRECTORY", folder.path().c_str());
  CHECK(read() == "123456");
  CHECK_NOTHROW(require());
  CHECK_NOTHROW(platform::check_pin_source(kSource));
  CHECK(platform::describe(kSource) == "credential hsm.pin");
  CHECK_FALSE(platform::is_attended(kSource));
}

TEST_CASE("without the folder of credentials both the credential and the variable are named") {
  const EnvironmentScope scope("CREDENTIALS_DIRECTORY", nullptr);
  for (const base::Error& error : {error_of([] { read(); }), error_of([] { require(); })}) {
    require_error(error, ErrorKind::pin_unavailable);
    CHECK(error.message() == "no PIN: credential hsm.pin: environment variable CREDENTIALS_DIRECTORY is not set");
    CHECK(error.hint().find("LoadCredential=hsm.pin:") != std::string::npos);
  }
  CHECK_NOTHROW(platform::check_pin_source(kSource));
}

TEST_CASE("a folder of credentials that is no absolute path is refused") {
  const EnvironmentScope scope("CREDENTIALS_DIRECTORY", "run/credentials");
  CHECK(error_of([] { read(); }).message() ==
        "no PIN: credential hsm.pin: environment variable CREDENTIALS_DIRECTORY holds no absolute path");
}

TEST_CASE("a credential that others may read, or that is missing, gives no PIN") {
  const TemporaryFolder folder;
  const EnvironmentScope scope("CREDENTIALS_DIRECTORY", folder.path().c_str());
  REQUIRE_ERROR(platform::check_pin_source(kSource), ErrorKind::invalid_settings);
  folder.write("hsm.pin", "987654", 0404);
  const base::Error error = error_of([] { read(); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message().find("is open to others than its owner (mode 0404)") != std::string::npos);
  CHECK((error.message() + error.hint()).find("987654") == std::string::npos);
  REQUIRE_ERROR(platform::check_pin_source(kSource), ErrorKind::invalid_settings);
}

TEST_CASE("the group may read root's credential, as systemd's access lists show it, and nobody else's") {
  const TemporaryFolder folder;
  const EnvironmentScope scope("CREDENTIALS_DIRECTORY", folder.path().c_str());
  folder.write("hsm.pin", "123456", 0440);
  if (::geteuid() == 0) {
    CHECK(read() == "123456");
    folder.write("hsm.pin", "123456", 0460);
  }
  REQUIRE_ERROR(read(), ErrorKind::invalid_settings);
}
