#include "base/bytes.h"

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// One character of UTF-8 (RFC 3629): neither overlong nor a surrogate. size 0: the text does not start with one.
struct Character {
  char32_t code = 0;
  std::size_t size = 0;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
  char32_t code = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code = (code << 6) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[size] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, size};
}

// Characters that a terminal acts on or does not show: controls, line separators, zero-width and bidirectional marks.
bool deceives(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xAD || code == 0x61C || code == 0x180E ||
         (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
         (code >= 0xE0000 && code <= 0xE007F);
}

std::string escape_byte(unsigned char byte) {
  return {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 0xF]};
}

std::string escape_code(char32_t code) {
  std::string digits;
  for (; code != 0 || digits.size() < 4; code >>= 4)
    digits += kDigits[code & 0xF];
  std::reverse(digits.begin(), digits.end());
  return "\\u{" + digits + "}";
}

}  // namespace

ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string text_of(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

std::string to_hex(ByteView bytes) {
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 0xF];
  }
  return hex;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.size == 0) return false;
    text.remove_prefix(character.size);
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  constexpr std::string_view kCut = "...";
  std::string shown;
  std::size_t room_for_cut = 0;  // how much of `shown` may stay when something has to go
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.size == 0) {
      shown += escape_byte(static_cast<unsigned char>(text.front()));
    } else if (!deceives(character.code)) {
      shown += text.substr(0, character.size);
    } else if (character.code < 0x80) {
      shown += escape_byte(static_cast<unsigned char>(character.code));
    } else {
      shown += escape_code(character.code);
    }
    text.remove_prefix(std::max<std::size_t>(character.size, 1));
    if (shown.size() + kCut.size() <= limit) room_for_cut = shown.size();
    if (shown.size() > limit) return shown.substr(0, room_for_cut).append(kCut);
  }
  return shown;
}

std::string quoted(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

}  // namespace base
