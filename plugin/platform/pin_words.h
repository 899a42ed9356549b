#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "platform/pin.h"

namespace platform {

inline constexpr std::size_t kLongestPin = 4096;  // bytes
inline constexpr std::string_view kPinFile = "PIN file", kCredentialFile = "credential file";

// "cannot use the <pin> from <source>: <cause>", Error(pin_unavailable, phase pin).
base::Error unusable_pin(const PinSource& source, const std::string& cause, std::string hint = {},
                         const std::string& pin = "PIN");

}  // namespace platform
