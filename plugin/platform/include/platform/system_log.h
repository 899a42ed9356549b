#pragma once

#include <string_view>

namespace platform {

inline constexpr const char* kSystemLogSocket = "/dev/log";

// Hands one line to the system's log as facility authpriv, level info (RFC 3164, as syslog(3) speaks to its socket).
// False where nobody takes it: it never waits.
bool send_to_system_log(std::string_view line, const char* socket_path = kSystemLogSocket) noexcept;

}  // namespace platform
