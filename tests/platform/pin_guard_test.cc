#include "platform/pin_guard.h"

#include <unistd.h>

#include <filesystem>

#include "catch.h"
#include "child.h"
#include "environment_scope.h"
#include "temporary_folder.h"

using platform::GuardedToken;
using platform::PinGuard;
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

}  // namespace

TEST_CASE("after two refusals in a row nothing unattended is tried until a success") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  REQUIRE(guard.is_on());
  CHECK(guard.allows_unattended_try(kToken));
  guard.note_refusal(kToken);
  CHECK(guard.allows_unattended_try(kToken));
  guard.note_refusal(kToken);
  CHECK_FALSE(guard.allows_unattended_try(kToken));
  CHECK(guard.refusals(kToken).count == 2);
  CHECK(guard.refusals(kToken).last == place.clock.wall());
  guard.note_success(kToken);
  CHECK(guard.allows_unattended_try(kToken));
  CHECK(guard.refusals(kToken).count == 0);
}

TEST_CASE("the count outlives the process that wrote it") {
  const Place place;
  for (int i = 0; i < 3; ++i) {
    PinGuard guard(place.state, place.clock);
    guard.note_refusal(kToken);
  }
  PinGuard guard(place.state, place.clock);
  CHECK(guard.refusals(kToken).count == 3);
}

TEST_CASE("tokens that differ in module, serial or label are counted apart") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  guard.note_refusal(kToken);
  guard.note_refusal(kToken);
  GuardedToken module = kToken;
  module.module += "x";
  GuardedToken serial = kToken;
  serial.serial.clear();
  GuardedToken label = kToken;
  label.label = "production\ntoken";
  for (const GuardedToken& other : {module, serial, label}) {
    CHECK(guard.refusals(other).count == 0);
    guard.note_refusal(other);
    CHECK(guard.refusals(other).count == 1);
  }
  guard.note_success(module);
  CHECK(guard.refusals(kToken).count == 2);
  CHECK(guard.refusals(label).count == 1);
}

TEST_CASE("the file is private and holds number and time only") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  guard.note_refusal(kToken);
  CHECK(mode_of(place.file) == 0600);
  CHECK(content_of(place.file) == "1 1700000000 /usr/lib/softhsm/libsofthsm2.so 0123 production%20token\n");
}

TEST_CASE("a success with nothing to forget touches nothing") {
  const Place place;
  PinGuard guard(place.state, place.clock);
  guard.note_success(kToken);
  CHECK(std::filesystem::is_empty(place.root / "notation-pkcs11"));
}

TEST_CASE("refusals noted by several processes at once are all counted") {
  const Place place;
  constexpr int kEach = 20;
  const auto note_all = [&] {
    PinGuard guard(place.state, place.clock);
    for (int i = 0; i < kEach; ++i)
      guard.note_refusal(kToken);
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
  guard.note_refusal(kToken);
  guard.note_refusal(kToken);
  guard.note_success(kToken);
  CHECK(guard.allows_unattended_try(kToken));
}

TEST_CASE("a guard that cannot read or record goes off and says why") {
  const Place place;
  std::filesystem::create_directory(place.file);
  PinGuard reading(place.state, place.clock);
  CHECK(reading.allows_unattended_try(kToken));
  CHECK_FALSE(reading.is_on());
  CHECK(reading.reason_off() == "cannot read " + place.file + ": it is not a regular file");
  PinGuard recording(place.state, place.clock);
  recording.note_refusal(kToken);
  CHECK_FALSE(recording.is_on());
}
