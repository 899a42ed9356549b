#include "platform/shell_line.h"

#include <algorithm>

#include "base/bytes.h"

namespace platform {
namespace {

bool is_plain(char letter) {
  constexpr std::string_view kOthers = "_-+=./,:@%";
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         kOthers.find(letter) != std::string_view::npos;
}

// Three octal digits end by themselves, two hexadecimal ones do not in every shell.
std::string with_escapes(std::string_view word) {
  std::string text = "$'";
  for (const char letter : word) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '\n') {
      text += "\\n";
    } else if (byte < 0x20 || byte > 0x7e) {
      text += '\\';
      for (const int shift : {6, 3, 0})
        text += static_cast<char>('0' + ((byte >> shift) & 7));
    } else {
      if (letter == '\\' || letter == '\'') text += '\\';
      text += letter;
    }
  }
  return text + "'";
}

}  // namespace

std::string shell_word(std::string_view word) {
  // zsh takes a leading = for the path of a command.
  if (!word.empty() && word.front() != '=' && std::all_of(word.begin(), word.end(), is_plain)) return std::string(word);
  if (base::printable(word, std::string::npos) != word) return with_escapes(word);
  std::string quoted = "'";
  for (const char letter : word)
    quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words)
    line += (line.empty() ? "" : " ") + shell_word(word);
  return line;
}

}  // namespace platform
