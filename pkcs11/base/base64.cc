#include "base/base64.h"

#include <algorithm>
#include <array>

namespace base {
namespace {

constexpr std::string_view kStandard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Table = std::array<std::uint8_t, 256>;
constexpr std::uint8_t kNoDigit = 0xff;

constexpr Table table_of(std::string_view alphabet) {
  Table table{};
  table.fill(kNoDigit);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}

constexpr Table kStandardTable = table_of(kStandard);
constexpr Table kUrlTable = table_of(kUrl);

// Digits alone: six bits each, and what is left over at the end must be fewer than a digit's worth of zeros.
std::optional<Bytes> decode_digits(std::string_view digits, const Table& table) {
  if (digits.size() % 4 == 1) return std::nullopt;
  Bytes bytes;
  bytes.reserve(digits.size() / 4 * 3 + 2);
  std::uint32_t pending = 0;
  unsigned bits = 0;
  for (char digit : digits) {
    const std::uint32_t value = table[static_cast<unsigned char>(digit)];
    if (value == kNoDigit) return std::nullopt;
    pending = (pending << 6 | value) & 0xffffU;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>(pending >> bits & 0xffU));
    }
  }
  if ((pending & ((1U << bits) - 1U)) != 0) return std::nullopt;
  return bytes;
}

}  // namespace

std::string encode_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) {
      text += j <= count ? kStandard[group >> (18 - 6 * j) & 63U] : '=';
    }
  }
  return text;
}

std::optional<Bytes> decode_base64(std::string_view text) {
  std::string digits;
  digits.reserve(text.size());
  for (char c : text) {
    if (c != '\r' && c != '\n') digits += c;
  }
  if (digits.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && digits.ends_with('='); ++padding)
    digits.pop_back();
  return decode_digits(digits, kStandardTable);
}

std::optional<Bytes> decode_base64url(std::string_view text) {
  return decode_digits(text, kUrlTable);
}

}  // namespace base
