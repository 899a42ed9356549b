#include "notation/program.h"

#include <csignal>

#include "../platform/environment_scope.h"
#include "../platform/temporary_folder.h"
#include "catch.h"
#include "throws_error.h"

using operators::KeyToRegister;
using operators::NotationProgram;

namespace {

// A program in the place of notation.
class Standin {
 public:
  explicit Standin(const std::string& script) : path_("PATH", (folder_.path() + ":/usr/bin:/bin").c_str()) {
    ::signal(SIGPIPE, SIG_IGN);
    folder_.write("notation", "#!/bin/sh\n" + script + "\n", 0755);
  }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
  EnvironmentScope path_;
};

}  // namespace

TEST_CASE("the line for a shell quotes what a shell would take apart") {
  KeyToRegister key{"my key", "pkcs11:token=prod;object=it's", {{"chain_file", "/c.pem"}}, true};
  CHECK(
      operators::shell_line(operators::key_add_arguments(key)) ==
      R"(key add --plugin pkcs11 --id 'pkcs11:token=prod;object=it'\''s' --plugin-config chain_file=/c.pem --default 'my key')");
  key = {"-x", "release", {}, false};
  CHECK(operators::shell_line(operators::key_add_arguments(key)) == "key add --plugin pkcs11 --id release -- -x");
}

TEST_CASE("the version of notation is what it says, without the v") {
  const Standin notation("echo 'Notation - a tool'; echo; echo 'Version:     v1.3.2'");
  CHECK(NotationProgram::get().path() == notation.folder() / "notation");
  CHECK(NotationProgram::get().version() == "1.3.2");
}

TEST_CASE("a program that is no notation is told apart") {
  const Standin notation("echo hello");
  const base::Error error = error_of([] { (void)NotationProgram::get().version(); });
  CHECK(error.kind() == base::ErrorKind::service_failed);
  CHECK(error.message().find("says no version: hello") != std::string::npos);
}

TEST_CASE("what notation says when it fails is handed on") {
  const Standin notation("echo 'Error: plugin not found' >&2; exit 1");
  const base::Error error = error_of([] { NotationProgram::get().add_key({"release", "release", {}, false}); });
  CHECK(error.message() == "notation key failed: Error: plugin not found");
}

TEST_CASE("notation gets its arguments word by word, and none of our secrets") {
  const EnvironmentScope pin("NOTATION_PKCS11_PIN", "8765");
  const Standin notation(
      "printf '%s\\n' \"$@\" > \"$(dirname \"$0\")/arguments\"; env > \"$(dirname \"$0\")/environment\"");
  NotationProgram::get().add_key({"a b", "pkcs11:object=x", {}, false});
  CHECK(content_of(notation.folder() / "arguments") == "key\nadd\n--plugin\npkcs11\n--id\npkcs11:object=x\na b\n");
  CHECK(content_of(notation.folder() / "environment").find("8765") == std::string::npos);
}

TEST_CASE("without notation in PATH it is not installed, and a relative folder does not count") {
  const EnvironmentScope path("PATH", "relative:.::/absent");
  CHECK_FALSE(NotationProgram::find());
  REQUIRE_ERROR(NotationProgram::get(), base::ErrorKind::invalid_settings);
}
