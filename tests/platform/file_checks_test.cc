#include "platform/file_checks.h"

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/bytes.h"
#include "catch.h"
#include "child.h"
#include "temporary_folder.h"
#include "throws_error.h"

using base::ErrorKind;
using base::Phase;
using platform::absolute_path;
using platform::check_module_file;
using platform::check_private_file;
using platform::read_bounded_file;
using platform::read_config_file;
using platform::read_private_file;

namespace {

// The refusal of a file: always the same kind and phase.
base::Error refusal(const std::function<void()>& action) {
  base::Error error = error_of(action);
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.phase() == Phase::settings);
  return error;
}

constexpr uid_t kSomeoneElse = 54321;

}  // namespace

TEST_CASE("a module that only its owner can change passes and comes back with its links resolved") {
  const TemporaryFolder folder;
  const std::string module = folder.write("module.so", "x", 0755);
  CHECK(check_module_file(module) == module);
  std::filesystem::create_symlink(module, folder / "link.so");
  CHECK(check_module_file(folder / "link.so") == module);
}

TEST_CASE("a module's path is absolute and complete") {
  CHECK(refusal([] { check_module_file("softhsm2.so"); }).message() ==
        "cannot use module softhsm2.so: the path is not absolute");
  const base::Error tilde = refusal([] { check_module_file("~/module.so"); });
  CHECK(tilde.message() == "cannot use module ~/module.so: `~` stands for the home folder only in a shell");
  CHECK(tilde.hint() == "write the whole path, starting with /");
  CHECK(refusal([] { check_module_file(""); }).message() == "cannot use module: its path is empty");
  CHECK(refusal([] { check_module_file(std::string_view("/a\0b", 4)); }).message() ==
        "cannot use module /a\\x00b: the path holds a NUL byte");
}

TEST_CASE("a module that is missing, a folder or a pipe is refused, each with its own words") {
  const TemporaryFolder folder;
  CHECK(refusal([&] { check_module_file(folder / "none.so"); }).message() ==
        "cannot use module " + (folder / "none.so") + ": there is no such file");
  CHECK(refusal([&] { check_module_file(folder.path()); }).message() ==
        "cannot use module " + folder.path() + ": it is a folder, not a file");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(refusal([&] { check_module_file(folder / "pipe"); }).message() ==
        "cannot use module " + (folder / "pipe") + ": it is not a regular file");
  std::filesystem::create_symlink(folder / "none.so", folder / "dangling.so");
  CHECK(refusal([&] { check_module_file(folder / "dangling.so"); }).message() ==
        "cannot use module " + (folder / "dangling.so") + ": there is no such file");
}

TEST_CASE("a module that others can change is refused with the command that repairs it") {
  const TemporaryFolder folder;
  const std::string module = folder.write("my module.so", "x", 0666);
  const base::Error others = refusal([&] { check_module_file(module); });
  CHECK(others.message() == "cannot use module " + module + ": it is writable by its group or by others (mode 0666)");
  CHECK(others.hint() == "run: chmod go-w '" + module + "'");
  TemporaryFolder::set_mode(module, 0775);
  CHECK(refusal([&] { check_module_file(module); }).message() ==
        "cannot use module " + module + ": it is writable by its group or by others (mode 0775)");
}

TEST_CASE("a module in a folder that others can change is refused, in a sticky one it passes") {
  const TemporaryFolder folder;
  const std::string open = folder.make_folder("open", 0777);
  const std::string module = folder.write("open/module.so", "x", 0755);
  const base::Error error = refusal([&] { check_module_file(module); });
  CHECK(error.message() ==
        "cannot use module " + module + ": its folder " + open + " is writable by its group or by others (mode 0777)");
  CHECK(error.hint() == "run: chmod go-w " + open);
  TemporaryFolder::set_mode(open, 01777);
  CHECK(check_module_file(module) == module);
}

TEST_CASE("a link to a module counts with the file it leads to and with both folders") {
  const TemporaryFolder folder;
  const std::string module = folder.write("module.so", "x", 0777);
  const std::string open = folder.make_folder("open", 0777);
  const std::string link = open + "/link.so";
  std::filesystem::create_symlink(module, link);
  CHECK(refusal([&] { check_module_file(link); }).message() ==
        "cannot use module " + link + ": its folder " + open + " is writable by its group or by others (mode 0777)");
  TemporaryFolder::set_mode(open, 0755);
  CHECK(refusal([&] { check_module_file(link); }).message() ==
        "cannot use module " + link + ": the file behind it, " + module +
            ", is writable by its group or by others (mode 0777)");
}

TEST_CASE("a file or folder of someone else is refused with both user numbers") {
  if (!is_root()) {
    WARN("not run: only root can give files away");
    return;
  }
  const TemporaryFolder folder;
  const std::string module = folder.write("module.so", "x", 0755);
  REQUIRE(::chown(module.c_str(), kSomeoneElse, kSomeoneElse) == 0);
  CHECK(refusal([&] { check_module_file(module); }).message() ==
        "cannot use module " + module +
            ": it belongs to user 54321, who is neither root nor the user of this process (0)");
  TemporaryFolder::set_mode(module, 0600);
  CHECK(refusal([&] { check_private_file(module, "PIN file"); }).message() ==
        "cannot use PIN file " + module +
            ": it belongs to user 54321, who is neither root nor the user of this process (0)");
  const std::string theirs = folder.make_folder("theirs", 0755);
  const std::string inside = folder.write("theirs/module.so", "x", 0755);
  REQUIRE(::chown(theirs.c_str(), kSomeoneElse, kSomeoneElse) == 0);
  CHECK(refusal([&] { check_module_file(inside); }).message() ==
        "cannot use module " + inside + ": its folder " + theirs +
            " belongs to user 54321, who is neither root nor the user of this process (0)");
}

TEST_CASE("a file of root passes for an ordinary user") {
  const Outcome outcome = as_ordinary_user([] { return check_module_file("/etc/passwd"); });
  CHECK(outcome.said == "/etc/passwd");
}

TEST_CASE("a file in a folder that the user may not enter is refused with the system's words") {
  const Outcome outcome = as_ordinary_user([] {
    const TemporaryFolder folder;
    const std::string closed = folder.make_folder("closed", 0000);
    std::string said = result_of([&] { return check_module_file(closed + "/module.so"); });
    TemporaryFolder::set_mode(closed, 0700);
    return said;
  });
  CHECK(outcome.said.find("module.so: Permission denied") != std::string::npos);
}

TEST_CASE("a private file is read whole and exactly") {
  const TemporaryFolder folder;
  const std::string path = folder.write("pin", std::string("12\n\0", 4), 0400);
  check_private_file(path, "PIN file");
  CHECK(base::text_of(read_private_file(path, 10, "PIN file").reveal()) == std::string("12\n\0", 4));
  CHECK(read_private_file(folder.write("empty", ""), 10, "PIN file").empty());
}

TEST_CASE("a private file longer than the limit shows as one byte more") {
  const TemporaryFolder folder;
  CHECK(read_private_file(folder.write("pin", std::string(10, '1')), 10, "PIN file").size() == 10);
  CHECK(read_private_file(folder.write("pin", std::string(50, '1')), 10, "PIN file").size() == 11);
}

TEST_CASE("a private file that group or others may read is refused with the command that repairs it") {
  const TemporaryFolder folder;
  for (const auto& [mode, shown] : {std::pair<mode_t, const char*>{0644, "0644"}, {0640, "0640"}, {0601, "0601"}}) {
    const std::string path = folder.write("pin", "1234", mode);
    const base::Error error = refusal([&] { read_private_file(path, 10, "PIN file"); });
    CHECK(error.message() ==
          "cannot use PIN file " + path + ": it is open to others than its owner (mode " + shown + ")");
    CHECK(error.hint() == "run: chmod 600 " + path);
    CHECK(error_of([&] { check_private_file(path, "PIN file"); }).message() == error.message());
  }
}

TEST_CASE("an ordinary user's own private file passes, one the user may not read does not") {
  const Outcome outcome = as_ordinary_user([] {
    const TemporaryFolder folder;
    const std::string path = folder.write("pin", "1234");
    std::string said = base::text_of(read_private_file(path, 10, "PIN file").reveal()) + " ";
    TemporaryFolder::set_mode(path, 0000);
    return said + result_of([&] { return base::text_of(read_private_file(path, 10, "PIN file").reveal()); });
  });
  CHECK(outcome.said.starts_with("1234 kind"));
  CHECK(outcome.said.find("pin: Permission denied") != std::string::npos);
}

TEST_CASE("a chain file may be anyone's but has a limit") {
  const TemporaryFolder folder;
  const std::string path = folder.write("chain.pem", "certificate", 0666);
  CHECK(read_bounded_file(path, 11, "chain file") == "certificate");
  CHECK(refusal([&] { read_bounded_file(path, 10, "chain file"); }).message() ==
        "cannot use chain file " + path + ": it is longer than 10 bytes");
  CHECK(refusal([&] { read_bounded_file("/dev/zero", 10, "chain file"); }).message() ==
        "cannot use chain file /dev/zero: it is not a regular file");
  CHECK(refusal([&] { read_bounded_file(folder / "none", 10, "chain file"); }).message() ==
        "cannot use chain file " + (folder / "none") + ": there is no such file");
}

TEST_CASE("a configuration file that is not there is no error") {
  const TemporaryFolder folder;
  CHECK_FALSE(read_config_file(folder / "none.json", 10).has_value());
  CHECK_FALSE(read_config_file(folder / "none/config.json", 10).has_value());
}

TEST_CASE("a configuration file that others can change is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.write("config.json", "{}", 0644);
  CHECK(read_config_file(path, 10) == "{}");
  TemporaryFolder::set_mode(path, 0664);
  const base::Error error = refusal([&] { (void)read_config_file(path, 10); });
  CHECK(error.message() ==
        "cannot use configuration file " + path + ": it is writable by its group or by others (mode 0664)");
  CHECK(error.hint() == "run: chmod go-w " + path);
}

TEST_CASE("a relative path starts at the folder that is given, else at the working folder") {
  CHECK(absolute_path("chain.pem", "/etc/np", "chain file") == "/etc/np/chain.pem");
  CHECK(absolute_path("../chain.pem", "/etc/np/", "chain file") == "/etc/np/../chain.pem");
  CHECK(absolute_path("/chain.pem", "/etc/np", "chain file") == "/chain.pem");
  const std::string here = std::filesystem::current_path().string();
  CHECK(absolute_path("chain.pem", "", "chain file") == here + "/chain.pem");
  CHECK(absolute_path("chain.pem", "sub", "chain file") == here + "/sub/chain.pem");
  CHECK(refusal([] { absolute_path("~user/chain.pem", "/etc", "chain file"); }).message() ==
        "cannot use chain file ~user/chain.pem: `~` stands for the home folder only in a shell");
}
