#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>
#include <exception>
#include <string>

#include "platform/descriptor.h"
#include "platform/system_log.h"

namespace platform {
namespace {

constexpr const char* kPriority = "<86>";  // authpriv (10) * 8 + info (6)

std::string header() {
  const std::time_t now = ::time(nullptr);
  std::tm local{};
  std::array<char, 32> text{};
  if (::localtime_r(&now, &local) == nullptr) return kPriority;
  // Month names as RFC 3164 has them, whatever the locale.
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::size_t length = std::strftime(text.data(), text.size(), " %e %H:%M:%S ", &local);
  return kPriority + std::string(kMonths.at(static_cast<std::size_t>(local.tm_mon))) + std::string(text.data(), length);
}

}  // namespace

bool send_to_system_log(std::string_view line, const char* socket_path) noexcept {
  try {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(socket_path) >= sizeof(address.sun_path)) return false;
    std::strcpy(address.sun_path, socket_path);
    const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return false;
    const std::string text = header() + "notation-pkcs11[" + std::to_string(::getpid()) + "]: " + std::string(line);
    const auto* target = reinterpret_cast<const sockaddr*>(&address);
    return ::sendto(socket.number(), text.data(), text.size(), MSG_NOSIGNAL, target, sizeof(address)) ==
           static_cast<ssize_t>(text.size());
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace platform
