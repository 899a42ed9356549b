#include "platform/audit_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "base/error.h"
#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "temporary_folder.h"
#include "throws_error.h"

using base::ErrorKind;
using platform::AuditFile;
using platform::LineReader;
using platform::StateFolderSearch;

namespace {

struct Place {
  TemporaryFolder root;
  EnvironmentScope state_home{"XDG_STATE_HOME", root.path().c_str()};
  StateFolderSearch search = StateFolderSearch::open();
  std::string path = root / "notation-pkcs11/audit.jsonl";

  const platform::StateFolder& folder() const { return *search.folder; }
  std::string message() const {
    const base::Error error = error_of([&] { const AuditFile file(folder()); });
    require_error(error, ErrorKind::unrecorded);
    return error.message();
  }
};

std::string parts_of(LineReader reader) {
  std::string text;
  while (const auto part = reader.next())
    text += "[" + std::string(part->text) + (part->ends_line ? "]" : ">");
  return text;
}

int full(int descriptor, std::string_view text) noexcept {
  (void)platform::write_everything(descriptor, text.substr(0, 3));
  return ENOSPC;
}

int broken(int) noexcept {
  return EIO;
}

int fine(int) noexcept {
  return 0;
}

}  // namespace

TEST_CASE("the audit log is made for its owner alone and only ever grows") {
  const Place place;
  AuditFile(place.folder()).append("one\n");
  AuditFile(place.folder()).append("two\n");
  CHECK(content_of(place.path) == "one\ntwo\n");
  CHECK(mode_of(place.path) == 0600);
  const AuditFile file(place.folder());
  CHECK(file.path() == place.path);
  CHECK(file.size() == 8);
  CHECK(file.tail(3) == "wo\n");
  CHECK(file.tail(1000) == "one\ntwo\n");
}

TEST_CASE("the audit log has one writer at a time") {
  const Place place;
  const AuditFile file(place.folder());
  const auto turn = [&] { return std::string(place.folder().try_lock(AuditFile::kLock) ? "free" : "held"); };
  CHECK(in_child(turn).said == "held");
}

TEST_CASE("an audit log that is a link, no file, or open to others is not written") {
  const Place place;
  std::filesystem::create_symlink(place.root / "elsewhere", place.path);
  CHECK(place.message() == "cannot write " + place.path + ": it is a link");
  std::filesystem::remove(place.path);
  REQUIRE(::mkfifo(place.path.c_str(), 0600) == 0);
  CHECK(place.message() == "cannot write " + place.path + ": it is not a regular file");
  std::filesystem::remove(place.path);
  (void)place.root.write("notation-pkcs11/audit.jsonl", "", 0640);
  CHECK(place.message() == "cannot write " + place.path + ": others may read or write it");
}

TEST_CASE("a write that fails half way is an error, and what it wrote stays") {
  const Place place;
  const AuditFile::Calls disk_is_full{full, fine};
  const base::Error error = error_of([&] { AuditFile(place.folder(), disk_is_full).append("line\n"); });
  require_error(error, ErrorKind::unrecorded);
  CHECK(error.message() == "cannot write audit log " + place.path + ": No space left on device");
  CHECK(content_of(place.path) == "lin");
}

TEST_CASE("a line that the disk does not confirm is an error") {
  const Place place;
  const AuditFile::Calls disk_is_broken{platform::write_everything, broken};
  REQUIRE_ERROR(AuditFile(place.folder(), disk_is_broken).append("line\n"), ErrorKind::unrecorded);
}

TEST_CASE("a file size limit is an error and not the end of the process") {
  const Place place;
  const Outcome outcome = in_child([&]() -> std::string {
    (void)std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10, 10};
    (void)::setrlimit(RLIMIT_FSIZE, &limit);
    AuditFile(place.folder()).append("123456789\n");
    return error_of([&] { AuditFile(place.folder()).append("x\n"); }).message();
  });
  CHECK(outcome.said == "cannot write audit log " + place.path + ": File too large");
  CHECK(content_of(place.path) == "123456789\n");
}

TEST_CASE("a log is read line by line up to the end that it has") {
  const Place place;
  CHECK_FALSE(LineReader::open(place.folder(), 10).has_value());
  AuditFile(place.folder()).append("one\n\nthree\ntorn");
  CHECK(parts_of(*LineReader::open(place.folder(), 10)) == "[one][][three][torn>");
  CHECK(parts_of(*LineReader::open(place.path, 3)) == "[one][][thr>[ee][tor>[n>");
  const std::string long_line(200'000, 'x');
  AuditFile(place.folder()).append("\n" + long_line + "\nend\n");
  CHECK(parts_of(*LineReader::open(place.path, 300'000)) == "[one][][three][torn][" + long_line + "][end]");
  REQUIRE_ERROR(LineReader::open(place.root.path(), 10), ErrorKind::unrecorded);
}

TEST_CASE("what is added while a log is read is not read") {
  const Place place;
  AuditFile(place.folder()).append("one\n");
  LineReader reader = *LineReader::open(place.folder(), 10);
  AuditFile(place.folder()).append("two\n");
  CHECK(parts_of(std::move(reader)) == "[one]");
}
