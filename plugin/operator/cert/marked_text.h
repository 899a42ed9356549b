#pragma once

#include <string>
#include <string_view>

namespace operators {

// A text within 80 columns: two blanks and the mark before its first line, blanks of the same width before the others.
std::string marked(std::string_view mark, const std::string& text);

}  // namespace operators
