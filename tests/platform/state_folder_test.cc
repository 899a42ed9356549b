#include "platform/state_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "temporary_folder.h"
#include "throws_error.h"

using base::ErrorKind;
using platform::StateFolder;
using platform::StateFolderSearch;

namespace {

// A state folder below a temporary one.
struct Place {
  TemporaryFolder root;
  EnvironmentScope state_home{"XDG_STATE_HOME", root.path().c_str()};
  std::string path = root / "notation-pkcs11";
};

}  // namespace

TEST_CASE("the state folder is made for the user alone, with all that is missing above it") {
  const TemporaryFolder root;
  const EnvironmentScope state_home("XDG_STATE_HOME", (root / "a/b").c_str());
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  CHECK(search.reason.empty());
  CHECK(search.folder->path() == root / "a/b/notation-pkcs11");
  CHECK(mode_of(root / "a") == 0700);
  CHECK(mode_of(root / "a/b/notation-pkcs11") == 0700);
}

TEST_CASE("without XDG_STATE_HOME, or with a relative one, the state folder is below the home folder") {
  const TemporaryFolder root;
  const EnvironmentScope home("HOME", root.path().c_str());
  for (const char* state_home : {static_cast<const char*>(nullptr), "", "relative"}) {
    const EnvironmentScope scope("XDG_STATE_HOME", state_home);
    const StateFolderSearch search = StateFolderSearch::open();
    REQUIRE(search.folder.has_value());
    CHECK(search.folder->path() == root / ".local/state/notation-pkcs11");
  }
}

TEST_CASE("without a home there is no state folder, and the reason says so") {
  const EnvironmentScope home("HOME", nullptr);
  const EnvironmentScope state_home("XDG_STATE_HOME", nullptr);
  const StateFolderSearch search = StateFolderSearch::open();
  CHECK_FALSE(search.folder.has_value());
  CHECK(search.reason == "neither XDG_STATE_HOME nor HOME is set");
}

TEST_CASE("a state folder that others may enter is not used") {
  const Place place;
  (void)place.root.make_folder("notation-pkcs11", 0750);
  const StateFolderSearch search = StateFolderSearch::open();
  CHECK_FALSE(search.folder.has_value());
  CHECK(search.reason == "cannot use state folder " + place.path +
                             ": others may enter it or its owner may not; run: chmod 700 " + place.path);
}

TEST_CASE("a link or a file in place of the state folder is not followed") {
  const Place place;
  const std::string target = place.root.make_folder("target", 0700);
  std::filesystem::create_directory_symlink(target, place.path);
  CHECK(StateFolderSearch::open().reason == "cannot use state folder " + place.path + ": it is a link or a file");
  std::filesystem::remove(place.path);
  (void)place.root.write("notation-pkcs11", "");
  CHECK(StateFolderSearch::open().reason == "cannot use state folder " + place.path + ": it is a link or a file");
}

TEST_CASE("root neither uses nor makes state folders in someone else's home") {
  if (!is_root()) {
    WARN("not run: only root can give folders away");
    return;
  }
  const Place place;
  (void)place.root.make_folder("notation-pkcs11", 0700);
  REQUIRE(::chown(place.path.c_str(), 54321, 54321) == 0);
  CHECK(StateFolderSearch::open().reason == "cannot use state folder " + place.path + ": it belongs to user 54321");
  const std::string home = place.root.make_folder("home", 0755);
  REQUIRE(::chown(home.c_str(), 54321, 54321) == 0);
  const EnvironmentScope state_home("XDG_STATE_HOME", (home + "/.state").c_str());
  CHECK(StateFolderSearch::open().reason ==
        "cannot use state folder " + home + ": it belongs to user 54321, and this process runs as root");
  CHECK_FALSE(std::filesystem::exists(home + "/.state"));
}

TEST_CASE("a home that cannot be written gives no state folder but the system's words") {
  const Outcome outcome = as_ordinary_user([] {
    const TemporaryFolder root;
    TemporaryFolder::set_mode(root.path(), 0500);
    const EnvironmentScope state_home("XDG_STATE_HOME", root.path().c_str());
    return StateFolderSearch::open().reason;
  });
  CHECK(outcome.said.ends_with("/notation-pkcs11: Permission denied"));
}

TEST_CASE("a state file is replaced as a whole, is private, and leaves nothing else behind") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  CHECK_FALSE(search.folder->read_file("ticket", 100).has_value());
  search.folder->write_file_atomically("ticket", "first");
  search.folder->write_file_atomically("ticket", "second");
  CHECK(search.folder->read_file("ticket", 100) == "second");
  CHECK(mode_of(place.path + "/ticket") == 0600);
  const auto entries = std::filesystem::directory_iterator(place.path);
  CHECK(std::distance(begin(entries), end(entries)) == 1);
  search.folder->remove_file("ticket");
  search.folder->remove_file("ticket");
  CHECK_FALSE(search.folder->read_file("ticket", 100).has_value());
}

TEST_CASE("a link, a folder and an over-long file are not read as state") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  const std::string elsewhere = place.root.write("elsewhere", "x");
  std::filesystem::create_symlink(elsewhere, place.path + "/link");
  std::filesystem::create_directory(place.path + "/folder");
  search.folder->write_file_atomically("long", "12345");
  const auto message = [&](const char* name) {
    const base::Error error = error_of([&] { (void)search.folder->read_file(name, 4); });
    require_error(error, ErrorKind::invalid_settings);
    return error.message();
  };
  CHECK(message("link") == "cannot read " + place.path + "/link: it is a link");
  CHECK(message("folder") == "cannot read " + place.path + "/folder: it is not a regular file");
  CHECK(message("long") == "cannot read " + place.path + "/long: it is longer than it can be");
}

TEST_CASE("a name that leads out of the state folder is a fault of ours") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  for (const char* name : {"../x", "a/b", ".hidden", "", "a b"})
    REQUIRE_ERROR(search.folder->write_file_atomically(name, "x"), ErrorKind::internal);
}

TEST_CASE("a lock has one holder among all processes and is free when its holder ends") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  const auto other_process = [&] {
    return in_child([&]() -> std::string {
             const StateFolder::Lock lock = search.folder->lock("x.lock", std::chrono::milliseconds(0));
             return "locked";
           })
        .said;
  };
  {
    const StateFolder::Lock lock = search.folder->lock("x.lock");
    CHECK(other_process() == "kind " + std::to_string(static_cast<int>(ErrorKind::busy)) + ": cannot lock " +
                                 place.path + "/x.lock: another process holds it | ");
  }
  CHECK(other_process() == "locked");
  CHECK(other_process() == "locked");
}

TEST_CASE("a lock that is held elsewhere is not waited for when nobody wants to wait") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  const auto other_process = [&] {
    return in_child([&] { return std::string(search.folder->try_lock("x.lock") ? "locked" : "held elsewhere"); }).said;
  };
  {
    const auto lock = search.folder->try_lock("x.lock");
    REQUIRE(lock.has_value());
    CHECK(other_process() == "held elsewhere");
  }
  CHECK(other_process() == "locked");
}

TEST_CASE("a lock whose file its holder removed keeps nobody out and is never held twice") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  const auto first = search.folder->try_lock("x.lock");
  REQUIRE(first.has_value());
  search.folder->remove_file("x.lock");
  const auto second = search.folder->try_lock("x.lock");
  CHECK(second.has_value());
  CHECK_FALSE(search.folder->try_lock("x.lock").has_value());
}

TEST_CASE("a process that waits for a lock while its holder removes the file ends with the one that is there") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  constexpr int kRounds = 300;
  const auto round = [&] {
    for (int i = 0; i < kRounds; ++i) {
      const auto lock = search.folder->lock("x.lock", std::chrono::seconds(20));
      const int count = std::stoi(search.folder->read_file("count", 20).value_or("0"));
      search.folder->write_file_atomically("count", std::to_string(count + 1));
      search.folder->remove_file("x.lock");
    }
    return std::string("done");
  };
  const pid_t other = ::fork();
  REQUIRE(other >= 0);
  if (other == 0) ::_exit(result_of(round) == "done" ? 0 : 1);
  CHECK(result_of(round) == "done");
  CHECK(end_of(other) == "exit 0");
  CHECK(search.folder->read_file("count", 20) == std::to_string(2 * kRounds));
}

TEST_CASE("state files are listed by how their names begin, sorted, without temporary ones") {
  const Place place;
  const StateFolderSearch search = StateFolderSearch::open();
  REQUIRE(search.folder.has_value());
  CHECK(search.folder->list_files("ticket-").empty());
  for (const char* name : {"ticket-b", "ticket-a", "pin-a"})
    search.folder->write_file_atomically(name, "x");
  (void)place.root.write("notation-pkcs11/.ticket-c.123", "half");
  (void)place.root.write("notation-pkcs11/ticket-a file of someone else", "x");
  CHECK(search.folder->list_files("ticket-") == std::vector<std::string>{"ticket-a", "ticket-b"});
  CHECK(search.folder->list_files("") == std::vector<std::string>{"pin-a", "ticket-a", "ticket-b"});
  CHECK(search.folder->list_files("ticket-") == std::vector<std::string>{"ticket-a", "ticket-b"});
}
