#include "platform/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "catch.h"
#include "child.h"

using platform::Descriptor;

TEST_CASE("a descriptor is closed when its owner goes, and moving hands it on") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const Descriptor writer(ends[1]);
  {
    Descriptor first(ends[0]);
    Descriptor second = std::move(first);
    CHECK_FALSE(first);
    CHECK(::fcntl(ends[0], F_GETFD) != -1);
  }
  CHECK(::fcntl(ends[0], F_GETFD) == -1);
}

TEST_CASE("a text larger than a non-blocking pipe holds is written whole") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_NONBLOCK) == 0);
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  const std::string sent(1 << 20, 'x');
  std::string got;
  std::thread other([&] { got = read_all(reader.number()); });
  const int error_number = platform::write_everything(writer.number(), sent);
  writer.close();
  other.join();
  CHECK(error_number == 0);
  CHECK(got == sent);
}

TEST_CASE("a failed write and a failed read give the cause") {
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(full);
  CHECK(platform::write_everything(full.number(), "x") == ENOSPC);
  char byte = 0;
  CHECK(platform::read_some(full.number(), &byte, 1) == -EBADF);
  CHECK(platform::cause_of(ENOSPC) == std::string("No space left on device"));
}
