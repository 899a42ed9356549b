#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace approval {

// `https://HOST:PORT` of a URL, for people: no user name, path or query; the port also where it is the default.
std::string origin_of(std::string_view url);

// The value of the header field Retry-After: a number of seconds or an HTTP date in the preferred form (RFC 9110
// sections 10.2.3 and 5.6.7), from 0 to an hour; a longer wait becomes an hour. Empty for anything else.
std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, base::WallTime now);

// The value of a header line, without the blanks around it, when the line has that name in any case; else empty.
std::optional<std::string_view> header_value(std::string_view line, std::string_view name);

// Whether the ASCII texts are the same but for the case.
bool same_name(std::string_view left, std::string_view right);

inline constexpr std::chrono::seconds kLongestRetryAfter{3600};

}  // namespace approval
