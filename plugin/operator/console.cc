#include "console.h"

#include <iostream>

#include "base/bytes.h"

namespace operators {
namespace {

constexpr std::size_t kLongestLine = 2048;

}  // namespace

void Console::show_warning(std::string_view line) {
  if (is_there()) return ControllingTerminal::show_line(line);
  std::cerr << base::printable(line, kLongestLine) << "\n";
}

}  // namespace operators
