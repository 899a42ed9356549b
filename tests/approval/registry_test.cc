#include "approval/registry.h"

#include "base/error.h"
#include "catch.h"
#include "support/test_clock.h"
#include "throws_error.h"

using base::ErrorKind;

namespace {

struct Surroundings {
  support::TestClock clock;
  platform::Log log{{platform::LogLevel::error, "/dev/null"}};
  platform::EnvironmentSecrets secrets;
  approval::BackendContext context{clock, log, secrets, "/etc/notation-pkcs11/"};
};

schema::ApprovalSettings settings_for(const std::string& backend) {
  schema::ApprovalSettings settings;
  settings.backend = backend;
  return settings;
}

}  // namespace

TEST_CASE("a backend is made by its name") {
  Surroundings here;
  schema::ApprovalSettings settings = settings_for("exec");
  settings.exec = schema::ExecSettings{{"/usr/local/bin/gate"}, {}, std::chrono::seconds(30)};
  const auto backend = approval::make_backend(settings, here.context);
  CHECK(backend->name() == "exec");
  CHECK(backend->place() == "/usr/local/bin/gate");
  CHECK_FALSE(backend->signs());
  CHECK_FALSE(backend->key().has_value());
}

TEST_CASE("every name that is told belongs to a backend, which asks for its settings") {
  Surroundings here;
  const auto names = approval::backend_names();
  CHECK(names == std::vector<std::string>{"exec", "securosys-tsb"});
  for (const std::string& name : names) {
    const base::Error error = error_of([&] { (void)approval::make_backend(settings_for(name), here.context); });
    require_error(error, ErrorKind::invalid_settings);
    CHECK(error.message() == "approval backend \"" + name + "\" has no settings");
  }
}

TEST_CASE("an unknown backend is refused with the names of the known ones") {
  Surroundings here;
  const base::Error error =
      error_of([&] { (void)approval::make_backend(settings_for("carrier\npigeon"), here.context); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message() == R"(no approval backend has the name "carrier\x0apigeon")");
  CHECK(error.hint() == "the backends of this program are: exec, securosys-tsb");
}

TEST_CASE("an exec backend without a command is refused") {
  Surroundings here;
  schema::ApprovalSettings settings = settings_for("exec");
  settings.exec.emplace();
  REQUIRE_ERROR((void)approval::make_backend(settings, here.context), ErrorKind::invalid_settings);
}
