#include "colour.h"

#include <unistd.h>

#include <cstdlib>

namespace operators {

bool shows_colours() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string_view(value == nullptr ? "" : value);
  };
  const std::string_view terminal = variable("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && !terminal.empty() && terminal != "dumb" && variable("NO_COLOR").empty();
}

std::string coloured(Colour colour, std::string_view text) {
  const char* order = colour == Colour::green    ? "\033[32m"
                      : colour == Colour::red    ? "\033[31m"
                      : colour == Colour::yellow ? "\033[33m"
                                                 : nullptr;
  return order == nullptr ? std::string(text) : order + std::string(text) + "\033[0m";
}

}  // namespace operators
