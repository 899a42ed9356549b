#pragma once

#include <cstdint>

#include "der.h"

namespace trust {

// Reads a Time (RFC 5280 section 4.1.2.5), in seconds since 1970. Like Go, takes an offset in place of Z, and a UTCTime
// without seconds.
std::int64_t read_time(der::Reader& reader, std::string_view what);

// UTCTime up to 2049, GeneralizedTime from 2050 on, as section 4.1.2.5 demands.
base::Bytes write_time(std::int64_t seconds);

}  // namespace trust
