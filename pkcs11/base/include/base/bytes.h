#pragma once

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

// User input made safe to show: control characters, the bidirectional overrides of Unicode and invalid UTF-8 become
// \xHH or \u{HHHH}; longer than `limit` bytes is cut and ends in "...".
std::string printable(std::string_view text, std::size_t limit = 256);

}  // namespace base
