#pragma once

#include <chrono>
#include <string>

namespace operators {

// A duration as notation's --expiry takes it: "24h", "1h30m", "90s"; whole seconds, more than zero, at most a hundred
// years. Error(invalid_request) that names the flag.
std::chrono::seconds parse_duration(const std::string& flag, const std::string& text);

}  // namespace operators
