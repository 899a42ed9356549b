#pragma once

#include <string>
#include <string_view>

namespace operators {

enum class Colour { none, green, red, yellow };

// Whether standard output shows colours: it is a terminal, TERM is set and not "dumb", and NO_COLOR is not set or empty
// (no-color.org).
bool shows_colours();

// The text between the terminal's orders (ECMA-48, section 8.3.117).
std::string coloured(Colour colour, std::string_view text);

}  // namespace operators
