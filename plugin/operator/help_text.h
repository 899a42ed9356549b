#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class FormatterBase;
}

namespace operators {

// Breaks a text at blanks so that no line has more than `width` characters, unless a word alone has.
std::string wrap(std::string_view text, std::size_t width);

// Help that fits into 80 columns.
std::shared_ptr<CLI::FormatterBase> make_help_format();

}  // namespace operators
