#include "manual/roff.h"

#include <algorithm>

namespace operators {

std::string roff_text(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    const bool starts_line = out.empty() || out.back() == '\n';
    if (starts_line && (letter == '.' || letter == '\'')) out += "\\&";
    if (letter == '\\') {
      out += "\\e";
    } else if (letter == '-') {
      out += "\\-";
    } else if (letter == '~') {
      out += "\\(ti";
    } else if (letter == '^') {
      out += "\\(ha";
    } else if (letter == '\'') {
      out += "\\(aq";
    } else if (letter == '`') {
      out += "\\(ga";
    } else {
      out += letter;
    }
  }
  return out;
}

std::string roff_font(char font, std::string_view text) {
  return std::string("\\f") + font + roff_text(text) + "\\fR";
}

std::string roff_lines(std::string_view text) {
  std::string out = ".nf\n";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (!line.empty()) out += roff_text(line) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out + ".fi\n";
}

}  // namespace operators
