#include "platform/pin_guard.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <vector>

#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "temporary_folder.h"
#include "throws_error.h"

using platform::GuardedToken;
using platform::PinGuard;
using platform::PinOutcome;
using platform::StateFolderSearch;

namespace {

class FixedClock : public base::Clock {
 public:
  base::SteadyTime now() const override { return {}; }
  base::WallTime wall() const override { return base::WallTime(std::chrono::seconds(1700000000)); }
  void sleep_for(std::chrono::milliseconds) override {}
};

const GuardedToken kToken{"/usr/lib/softhsm/libsofthsm2.so", "0123", "production token"};

struct Place {
  TemporaryFolder root;
  EnvironmentScope state_home{"XDG_STATE_HOME", root.path().c_str()};
  StateFolderSearch state = StateFolderSearch::open();
  std::string file = root / "notation-pkcs11/pin-refusals";
  FixedClock clock;
};

constexpr std::chrono::milliseconds kNoPatience{0};
constexpr std::chrono::milliseconds kPatience{20'000};

PinGuard::Try unattended(PinGuard& guard, const GuardedToken& token = kToken) {
  return guard.begin_try(token, false, kNoPatience);
}

PinGuard::Try attended(PinGuard& guard) {
  return guard.begin_try(kToken, true, kNoPatience);
}

void note(PinGuard& guard, PinOutcome outcome, const GuardedToken& token = kToken) {
  guard.settle(guard.begin_try(token, true, kNoPatience), outcome);
}

// Runs the action in that many processes at once; each says with one byte in the file how it went.
std::string in_parallel(int processes, const std::string& file, const std::function<char()>& action) {
  std::vector<pid_t> children;
  for (int i = 0; i < processes; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const char result = action();
      std::ofstream(file, std::ios::app) << result << std::flush;
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children)
    CHECK(end_of(child) == "exit 0");
  std::string results = content_of(file);
  std::sort(results.begin(), results.end());
  return results;
}

}  // namespace

TEST_CASE("after two refusals in a row nothing unattended is tried until a success") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  REQUIRE(guard.is_on());
  CHECK(guard.file() == place.file);
  for (unsigned refused = 0; refused < 2; ++refused) {
    PinGuard::Try attempt = unattended(guard);
    CHECK(attempt.is_allowed());
    CHECK(attempt.refusals() == refused);
    guard.settle(std::move(attempt), PinOutcome::refused);
  }
  CHECK_FALSE(unattended(guard).is_allowed());
  CHECK(unattended(guard).refusals() == 2);
  CHECK(guard.refusals(kToken).count == 2);
  CHECK(guard.refusals(kToken).last == place.clock.wall());
  PinGuard::Try person = attended(guard);
  CHECK(person.is_allowed());
  guard.settle(std::move(person), PinOutcome::accepted);
  CHECK(unattended(guard).is_allowed());
  CHECK(guard.refusals(kToken).count == 0);
}

TEST_CASE("a try that was not allowed leaves nothing behind, however it is settled") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  note(guard, PinOutcome::refused);
  note(guard, PinOutcome::refused);
  guard.settle(unattended(guard), PinOutcome::accepted);
  guard.settle(unattended(guard), PinOutcome::refused);
  CHECK(guard.refusals(kToken).count == 2);
}

TEST_CASE("a try is on record before it begins, and stays there when nobody settles it") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  for (unsigned dropped = 1; dropped <= 2; ++dropped) {
    const PinGuard::Try attempt = unattended(guard);
    CHECK(attempt.is_allowed());
    CHECK(guard.refusals(kToken).count == dropped);
  }
  CHECK_FALSE(unattended(guard).is_allowed());
}

TEST_CASE("a failure that is not about the PIN takes the try back and does not stand for an acceptance") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  guard.settle(unattended(guard), PinOutcome::not_about_pin);
  CHECK(guard.refusals(kToken).count == 0);
  {
    const PinGuard::Try first = unattended(guard);
    REQUIRE_ERROR(unattended(guard), base::ErrorKind::busy);
  }
  CHECK(guard.refusals(kToken).count == 1);
  guard.settle(unattended(guard), PinOutcome::not_about_pin);
  CHECK(guard.refusals(kToken).count == 1);
}

TEST_CASE("tries go one at a time until a PIN has been accepted, and again after a refusal") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  PinGuard::Try first = unattended(guard);
  const base::Error busy = error_of([&] { unattended(guard); });
  require_error(busy, base::ErrorKind::busy);
  CHECK(busy.message() ==
        R"(PIN for token "production token" is not tried: another process is trying one and has not ended in time)");
  GuardedToken other = kToken;
  other.serial = "4567";
  guard.settle(unattended(guard, other), PinOutcome::not_about_pin);
  guard.settle(std::move(first), PinOutcome::accepted);

  PinGuard::Try second = unattended(guard);
  PinGuard::Try third = unattended(guard);
  guard.settle(std::move(second), PinOutcome::refused);
  PinGuard::Try fourth = unattended(guard);
  CHECK(fourth.is_allowed());
  CHECK(guard.refusals(kToken).count == 2);
  REQUIRE_ERROR(unattended(guard), base::ErrorKind::busy);
  guard.settle(std::move(third), PinOutcome::refused);
  guard.settle(std::move(fourth), PinOutcome::refused);
  CHECK(guard.refusals(kToken).count == 3);
  CHECK_FALSE(unattended(guard).is_allowed());
}

TEST_CASE("a refusal counts also when the count was cleared while the try was under way") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  PinGuard::Try attempt = unattended(guard);
  note(guard, PinOutcome::accepted);
  CHECK(guard.refusals(kToken).count == 0);
  guard.settle(std::move(attempt), PinOutcome::refused);
  CHECK(guard.refusals(kToken).count == 1);
}

TEST_CASE("of many processes that try a wrong PIN at once two get to the token") {
  const Place place;
  const std::string results = in_parallel(8, place.root / "results", [&] {
    PinGuard guard(place.state, place.clock);
    PinGuard::Try attempt = guard.begin_try(kToken, false, kPatience);
    if (!attempt.is_allowed()) return 'w';
    guard.settle(std::move(attempt), PinOutcome::refused);
    return guard.is_on() ? 'r' : 'o';
  });
  CHECK(results == "rrwwwwww");
}

TEST_CASE("of many processes that try a good PIN at once none is held back, whatever was on record") {
  const Place place;
  const bool refused_before = GENERATE(false, true);
  PinGuard before(place.state, place.clock);
  if (refused_before) note(before, PinOutcome::refused);
  const std::string results = in_parallel(8, place.root / "results", [&] {
    PinGuard guard(place.state, place.clock);
    PinGuard::Try attempt = guard.begin_try(kToken, false, kPatience);
    if (!attempt.is_allowed()) return 'w';
    guard.settle(std::move(attempt), PinOutcome::accepted);
    return guard.is_on() ? 'a' : 'o';
  });
  CHECK(results == "aaaaaaaa");
  CHECK(before.refusals(kToken).count == 0);
}

TEST_CASE("the count outlives the process that wrote it") {
  const Place place;
  for (int i = 0; i < 3; ++i) {
    PinGuard guard(place.state, place.clock);
    note(guard, PinOutcome::refused);
  }
  PinGuard guard(place.state, place.clock);
  CHECK(guard.refusals(kToken).count == 3);
}

TEST_CASE("tokens that differ in module, serial or label are counted apart") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  note(guard, PinOutcome::refused);
  note(guard, PinOutcome::refused);
  GuardedToken module = kToken;
  module.module += "x";
  GuardedToken serial = kToken;
  serial.serial.clear();
  GuardedToken label = kToken;
  label.label = "production\ntoken";
  for (const GuardedToken& other : {module, serial, label}) {
    CHECK(guard.refusals(other).count == 0);
    note(guard, PinOutcome::refused, other);
    CHECK(guard.refusals(other).count == 1);
  }
  note(guard, PinOutcome::accepted, module);
  CHECK(guard.refusals(kToken).count == 2);
  CHECK(guard.refusals(label).count == 1);
}

TEST_CASE("the file is private and holds number and time only") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  note(guard, PinOutcome::refused);
  CHECK(mode_of(place.file) == 0600);
  CHECK(content_of(place.file) == "1 1700000000 /usr/lib/softhsm/libsofthsm2.so 0123 production%20token\n");
}

TEST_CASE("an acceptance after an acceptance touches no file") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  guard.settle(unattended(guard), PinOutcome::accepted);
  CHECK(content_of(place.file) == "0 1700000000 /usr/lib/softhsm/libsofthsm2.so 0123 production%20token\n");
  const TemporaryFolder elsewhere;
  std::filesystem::rename(place.file + ".lock", elsewhere / "lock");  // a second write would make it anew
  guard.settle(unattended(guard), PinOutcome::accepted);
  guard.settle(unattended(guard), PinOutcome::not_about_pin);
  CHECK(guard.is_on());
  CHECK_FALSE(std::filesystem::exists(place.file + ".lock"));
}

TEST_CASE("refusals noted by several processes at once are all counted") {
  const Place place;
  constexpr int kEach = 20;
  const auto note_all = [&] {
    PinGuard guard(place.state, place.clock);
    for (int i = 0; i < kEach; ++i)
      note(guard, PinOutcome::refused);
    return guard.is_on();
  };
  const pid_t other = ::fork();
  REQUIRE(other >= 0);
  if (other == 0) ::_exit(note_all() ? 0 : 1);
  const bool noted = note_all();
  CHECK(end_of(other) == "exit 0");
  CHECK(noted);
  PinGuard guard(place.state, place.clock);
  CHECK(guard.refusals(kToken).count == 2 * kEach);
}

TEST_CASE("lines that are not understood are passed over") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  place.state.folder->write_file_atomically(
      "pin-refusals",
      "rubbish\n\n-1 0 x\n2\n2 \n99999999999999999999 1 x\n2 1700000000 /usr/lib/softhsm/libsofthsm2.so 0123 "
      "production%20token");
  CHECK(guard.refusals(kToken).count == 2);
}

TEST_CASE("without a state folder the guard is off, says why and allows everything") {
  const EnvironmentScope home("HOME", nullptr);
  const EnvironmentScope state_home("XDG_STATE_HOME", nullptr);
  const StateFolderSearch state = StateFolderSearch::open();
  const FixedClock clock;
  PinGuard guard(state, clock);
  CHECK_FALSE(guard.is_on());
  CHECK(guard.reason_off() == "neither XDG_STATE_HOME nor HOME is set");
  note(guard, PinOutcome::refused);
  note(guard, PinOutcome::refused);
  note(guard, PinOutcome::accepted);
  CHECK(unattended(guard).is_allowed());
}

TEST_CASE("a guard that cannot read or record goes off and says why") {
  const Place place;
  std::filesystem::create_directory(place.file);
  PinGuard reading(place.state, place.clock);
  CHECK(unattended(reading).is_allowed());
  CHECK_FALSE(reading.is_on());
  CHECK(reading.reason_off() == "cannot read " + place.file + ": it is not a regular file");
  PinGuard recording(place.state, place.clock);
  note(recording, PinOutcome::refused);
  CHECK_FALSE(recording.is_on());
}

TEST_CASE("the security officer's refusals are counted apart from the user's") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  GuardedToken officer = kToken;
  officer.security_officer = true;
  note(guard, PinOutcome::refused, officer);
  note(guard, PinOutcome::refused, officer);
  CHECK(guard.refusals(officer).count == 2);
  CHECK(guard.refusals(kToken).count == 0);
  CHECK_FALSE(unattended(guard, officer).is_allowed());
  CHECK(unattended(guard).is_allowed());
}

TEST_CASE("a count that is forgotten says what it was and leaves the others") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  GuardedToken officer = kToken;
  officer.security_officer = true;
  note(guard, PinOutcome::refused);
  note(guard, PinOutcome::refused);
  note(guard, PinOutcome::refused, officer);
  CHECK(guard.forget(kToken).count == 2);
  CHECK(guard.forget(kToken).count == 0);
  CHECK(guard.refusals(officer).count == 1);
  CHECK(unattended(guard).is_allowed());
}
