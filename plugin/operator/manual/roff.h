#pragma once

#include <string>
#include <string_view>

namespace operators {

// One line of text for man(7): what roff would give a meaning to is escaped, hyphens stay what a shell reads.
std::string roff_text(std::string_view text);

// The same in a font: "B" or "I".
std::string roff_font(char font, std::string_view text);

// Lines that keep their breaks, such as an example.
std::string roff_lines(std::string_view text);

}  // namespace operators
