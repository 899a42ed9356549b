#include "platform/system_log.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "catch.h"
#include "platform/descriptor.h"
#include "temporary_folder.h"

TEST_CASE("a line goes to the system's log as authpriv and info, with the program's name") {
  const TemporaryFolder folder;
  const std::string path = folder / "log";
  const platform::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  REQUIRE(::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  const std::string line(20'000, 'x');
  REQUIRE(platform::send_to_system_log(line, path.c_str()));
  std::array<char, 65'536> buffer{};
  const auto size = ::recv(socket.number(), buffer.data(), buffer.size(), 0);
  REQUIRE(size > 0);
  const std::string text(buffer.data(), static_cast<std::size_t>(size));
  CHECK(text.starts_with("<86>"));
  CHECK(text.find(" notation-pkcs11[") != std::string::npos);
  CHECK(text.ends_with("]: " + line));
}

TEST_CASE("a system without a log takes no line and costs no time") {
  const TemporaryFolder folder;
  CHECK_FALSE(platform::send_to_system_log("line", (folder / "log").c_str()));
  CHECK_FALSE(platform::send_to_system_log("line", std::string(200, 'x').c_str()));
}
