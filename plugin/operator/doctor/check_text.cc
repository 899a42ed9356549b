#include "doctor/check_text.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/bytes.h"
#include "colour.h"
#include "help_text.h"

namespace operators {
namespace {

using schema::CheckState;

constexpr std::size_t kWidth = 80, kTextColumn = 18, kDetailColumn = 4, kLongestLine = 16'384;

// POSIX: the first of these that is set and not empty names the character encoding.
bool shows_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string text(value);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text.find("utf-8") != std::string::npos || text.find("utf8") != std::string::npos;
  }
  return false;
}

const char* mark_of(CheckState state) {
  static const bool utf8 = shows_utf8();
  switch (state) {
    case CheckState::passed:
      return utf8 ? "\u2713" : "+";
    case CheckState::warning:
      return "!";
    case CheckState::failed:
      return utf8 ? "\u2717" : "x";
    case CheckState::not_checked:
      return utf8 ? "\u2013" : "-";
  }
  return "?";
}

Colour colour_of(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return Colour::green;
    case CheckState::warning:
      return Colour::yellow;
    case CheckState::failed:
      return Colour::red;
    case CheckState::not_checked:
      return Colour::none;
  }
  return Colour::none;
}

std::string indented(const std::string& text, std::size_t column) {
  std::string lines;
  for (const char letter : wrap(text, kWidth - column)) {
    lines += letter;
    if (letter == '\n') lines.append(column, ' ');
  }
  return lines;
}

// What begins with a blank is to be copied, and stays one line.
std::string detail_text(const std::string& detail) {
  const bool as_it_is = detail.starts_with(' ') || detail.size() <= kWidth - kDetailColumn;
  const std::string shown = base::printable(detail, kLongestLine);
  return std::string(kDetailColumn, ' ') + (as_it_is ? shown : indented(shown, kDetailColumn)) + "\n";
}

}  // namespace

std::string check_text(const schema::DoctorCheck& check, std::string_view title, bool with_colours) {
  std::string text = coloured(with_colours ? colour_of(check.state) : Colour::none, mark_of(check.state));
  text += " " + std::string(title);
  text.append(kTextColumn - 2 - std::min(title.size(), kTextColumn - 3), ' ');
  text += indented(base::printable(check.text, kLongestLine), kTextColumn) + "\n";
  for (const std::string& detail : check.details)
    text += detail_text(detail);
  if (!check.fix.empty())
    text += std::string(kDetailColumn, ' ') + "fix: " + base::printable(check.fix, kLongestLine) + "\n";
  return text;
}

}  // namespace operators
