#include "status_line.h"

#include <algorithm>
#include <cstdint>

namespace platform {
namespace {

constexpr std::string_view kCut = "...";

struct Character {
  std::size_t size = 1;  // bytes
  char32_t code = 0;
};

// The first character of valid UTF-8.
Character first_of(std::string_view text) {
  const auto lead = static_cast<std::uint8_t>(text.front());
  if (lead < 0xC0) return {1, lead};
  const std::size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i)
    code = (code << 6U) | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  return {std::min(size, text.size()), code};
}

// Alphabets without wide characters lie below U+1100; punctuation, arrows and mathematical signs from U+1E00 on.
std::size_t columns_of(char32_t code) {
  const bool is_narrow = code < 0x1100 || (code >= 0x1E00 && code < 0x2300);
  return is_narrow ? 1 : 2;
}

// Bytes of the longest beginning that fits.
std::size_t fitting(std::string_view text, std::size_t columns) {
  std::size_t size = 0;
  while (size < text.size()) {
    const Character character = first_of(text.substr(size));
    const std::size_t width = columns_of(character.code);
    if (width > columns) break;
    columns -= width;
    size += character.size;
  }
  return size;
}

}  // namespace

std::string cut_to_columns(std::string_view text, std::size_t columns) {
  if (fitting(text, columns) == text.size()) return std::string(text);
  const std::string_view mark = kCut.substr(0, columns);
  return std::string(text.substr(0, fitting(text, columns - mark.size()))) + std::string(mark);
}

}  // namespace platform
