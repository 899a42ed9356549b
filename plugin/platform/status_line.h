#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace platform {

// A text without control characters (base::printable), cut so that it takes at most that many columns; what was cut
// ends in "...". UTF-8 stays whole. A character whose width depends on font or terminal counts as two columns: a line
// that wraps could not be drawn over.
std::string cut_to_columns(std::string_view text, std::size_t columns);

}  // namespace platform
