#include "platform/log.h"

#include <unistd.h>

#include <filesystem>

#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "fake_terminal.h"
#include "temporary_folder.h"
#include "throws_error.h"

using platform::Log;
using platform::LogLevel;

namespace {

// The line after its time, which has a fixed form.
std::string without_time(const std::string& line) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00.000Z ";
  REQUIRE(line.size() > kForm.size());
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    INFO("line: " << line);
    REQUIRE((kForm[i] == '0' ? line[i] >= '0' && line[i] <= '9' : line[i] == kForm[i]));
  }
  return line.substr(kForm.size());
}

}  // namespace

TEST_CASE("a log line carries time, process, level and text") {
  const TemporaryFolder folder;
  Log log({LogLevel::warning, folder / "log"});
  log.warning("the leaf expires soon {}");
  CHECK(without_time(content_of(folder / "log")) == std::to_string(::getpid()) + " warning the leaf expires soon {}\n");
  CHECK(mode_of(folder / "log") == 0600);
  CHECK(log.trouble().empty());
}

TEST_CASE("control characters in a log line are escaped, so that one text is one line") {
  const TemporaryFolder folder;
  Log log({LogLevel::debug, folder / "log"});
  log.error("a\nb\x1B[31m");
  CHECK(without_time(content_of(folder / "log")) == std::to_string(::getpid()) + " error a\\x0ab\\x1b[31m\n");
}

TEST_CASE("lines below the level are dropped without opening the file") {
  const TemporaryFolder folder;
  Log log({LogLevel::warning, folder / "log"});
  log.debug("x");
  log.info("x");
  CHECK_FALSE(std::filesystem::exists(folder / "log"));
  CHECK_FALSE(log.writes(LogLevel::info));
  log.configure({LogLevel::debug, folder / "log"});
  log.debug("seen");
  CHECK(content_of(folder / "log").ends_with(" debug seen\n"));
}

TEST_CASE("without log_file the log is in the state folder, which a silent run does not make") {
  const TemporaryFolder root;
  const EnvironmentScope state_home("XDG_STATE_HOME", root.path().c_str());
  Log log;
  log.info("below the default level");
  CHECK(std::filesystem::is_empty(root.path()));
  log.warning("seen");
  CHECK(content_of(root / "notation-pkcs11/notation-pkcs11.log").ends_with(" warning seen\n"));
}

TEST_CASE("a log that cannot be written never fails the run and says why") {
  const TemporaryFolder root;
  Log missing({LogLevel::warning, root / "none/log"});
  missing.warning("x");
  missing.warning("x");
  CHECK(missing.trouble() == "cannot open log " + (root / "none/log") + ": No such file or directory");
  const EnvironmentScope home("HOME", nullptr);
  const EnvironmentScope state_home("XDG_STATE_HOME", nullptr);
  Log homeless;
  homeless.warning("x");
  CHECK(homeless.trouble() == "neither XDG_STATE_HOME nor HOME is set");
  const Outcome full = in_child([]() -> std::string {
    Log log({LogLevel::warning, "/dev/full"});
    log.warning("x");
    return log.trouble();
  });
  CHECK(full.end == "exit 0");
  CHECK_FALSE(full.said.empty());
}

TEST_CASE("a link in the place of the log in the state folder is not followed") {
  const TemporaryFolder root;
  const EnvironmentScope state_home("XDG_STATE_HOME", root.path().c_str());
  (void)root.make_folder("notation-pkcs11", 0700);
  const std::string target = root.write("target", "mine\n");
  const std::string path = root / "notation-pkcs11/notation-pkcs11.log";
  std::filesystem::create_symlink(target, path);
  Log log;
  log.warning("x");
  CHECK(content_of(target) == "mine\n");
  CHECK(log.trouble() == "cannot open log " + path + ": it is a link");
}

TEST_CASE("a link that the settings name as the log is followed") {
  const TemporaryFolder folder;
  const std::string target = folder.write("target", "");
  std::filesystem::create_symlink(target, folder / "log");
  Log({LogLevel::warning, folder / "log"}).warning("seen");
  CHECK(content_of(target).ends_with(" warning seen\n"));
}

TEST_CASE("the log is rotated at one megabyte and one predecessor is kept") {
  const TemporaryFolder folder;
  Log log({LogLevel::warning, folder / "log.txt"});
  const std::string line(2900, 'x');
  for (int i = 0; i < 1200; ++i)
    log.warning(line);
  CHECK(std::filesystem::file_size(folder / "log.txt") <= 1 << 20);
  CHECK(std::filesystem::file_size(folder / "log.1.txt") <= 1 << 20);
  CHECK_FALSE(std::filesystem::exists(folder / "log.2.txt"));
  CHECK(mode_of(folder / "log.txt") == 0600);
}

TEST_CASE("an existing log file keeps its mode") {
  const TemporaryFolder folder;
  const std::string path = folder.write("log", "", 0640);
  Log({LogLevel::warning, path}).warning("x");
  CHECK(mode_of(path) == 0640);
}

TEST_CASE("the names of the levels are those of the settings") {
  CHECK(platform::parse_log_level("debug") == LogLevel::debug);
  CHECK(platform::parse_log_level("info") == LogLevel::info);
  CHECK(platform::parse_log_level("warning") == LogLevel::warning);
  CHECK(platform::parse_log_level("error") == LogLevel::error);
  const base::Error error = error_of([] { platform::parse_log_level("loud\n"); });
  require_error(error, base::ErrorKind::invalid_settings);
  CHECK(error.message() == "cannot use log_level loud\\x0a: it is none of debug, info, warning, error");
}

TEST_CASE("a warning of a run that succeeds reaches the terminal and the log") {
  const TemporaryFolder folder;
  Log log({LogLevel::warning, folder / "log"});
  FakeTerminal terminal(true);
  platform::warn_user(terminal, log, "the leaf expires in 12 days");
  REQUIRE(terminal.lines.size() == 1);
  CHECK(terminal.lines[0] == "notation-pkcs11: warning: the leaf expires in 12 days");
  CHECK(content_of(folder / "log").ends_with(" warning the leaf expires in 12 days\n"));
}
