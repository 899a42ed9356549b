#pragma once

#include <span>
#include <string>
#include <string_view>

namespace base {

// Letters and digits alone, in lower case: "PIN-Value" and "pin_value" become one.
std::string folded(std::string_view name);

// The known name closest to what was written; nothing when none is close.
std::string nearest(std::string_view name, std::span<const std::string> known);

}  // namespace base
