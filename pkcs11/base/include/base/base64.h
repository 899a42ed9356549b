#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

// RFC 4648 sections 4 and 5, without anything lenient: bits that no byte needs must be zero.
namespace base {

std::string encode_base64(ByteView bytes);

// Standard alphabet with padding; CR and LF anywhere are skipped, as Go's decoder does. Empty when it is anything else.
std::optional<Bytes> decode_base64(std::string_view text);

// URL-safe alphabet without padding; nothing is skipped.
std::optional<Bytes> decode_base64url(std::string_view text);

}  // namespace base
