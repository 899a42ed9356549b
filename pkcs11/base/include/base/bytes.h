#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// The text's bytes, and back; no conversion takes place, the view lives as long as the text.
ByteView bytes_of(std::string_view text);
std::string text_of(ByteView bytes);

// Lower-case hexadecimal, two digits a byte, no separators.
std::string to_hex(ByteView bytes);

// True when the bytes are UTF-8 (RFC 3629): no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// User input made safe to show: control characters, characters without a width, the bidirectional overrides of Unicode
// and invalid UTF-8 become \xHH or \u{HHHH}. What would then be longer than `limit` bytes is cut and ends in "...",
// which counts towards the limit.
std::string printable(std::string_view text, std::size_t limit = 256);

// The same between double quotes.
std::string quoted(std::string_view text);

}  // namespace base
