#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace schema {

// Seconds since 1970 as a point in time; empty beyond what base::WallTime can hold (the year 2262).
std::optional<base::WallTime> wall_time_of(std::uint64_t seconds);

// RFC 3339 section 5.6 with an upper-case T and Z, offsets and fractions of a second included, no leap second (Go reads
// the same set). Empty for anything else and outside 1970 to 2262.
std::optional<base::WallTime> parse_rfc3339(std::string_view text);

// "2026-11-21T01:48:29Z": UTC, whole seconds, fractions dropped.
std::string format_rfc3339(base::WallTime time);

}  // namespace schema
