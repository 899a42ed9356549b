#pragma once

#include <chrono>
#include <string>

namespace base {

// In the largest unit that leaves nothing over: "15 minutes", "1 hour", "90 seconds", "30 days".
std::string duration_text(std::chrono::seconds duration);

}  // namespace base
