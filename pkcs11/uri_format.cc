#include <algorithm>

#include "base/bytes.h"
#include "pkcs11/uri.h"
#include "uri_names.h"

namespace pkcs11 {
namespace {

// Beside what RFC 7512 makes us escape, everything that a shell acts on.
std::string encode_text(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || is_one_of(c, "-._~:@+,=")) {
      encoded += c;
    } else {
      encoded += percent_encode(static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string encode_bytes(base::ByteView bytes) {
  std::string encoded;
  for (const std::uint8_t byte : bytes)
    encoded += percent_encode(byte);
  return encoded;
}

// Labels cut in the middle of a character are met on tokens.
bool can_be_named(const std::string& text) {
  return base::is_utf8(text) && text.find('\0') == std::string::npos;
}

}  // namespace

std::string format_uri(const Uri& uri) {
  std::string formatted(kUriScheme);
  const auto add = [&](std::string_view name, std::string_view value) {
    if (formatted.size() > kUriScheme.size()) formatted += ';';
    formatted.append(name).append("=").append(value);
  };
  for (const UriTextAttribute& attribute : kUriTextAttributes) {
    if (attribute.name == "object" && uri.slot_id) add("slot-id", std::to_string(*uri.slot_id));
    const std::optional<std::string>& text = uri.*attribute.value;
    if (text && can_be_named(*text)) add(attribute.name, encode_text(*text));
  }
  if (uri.id) add("id", encode_bytes(*uri.id));
  if (uri.type)
    add("type", std::ranges::find(kUriTypes, *uri.type, [](const auto& type) { return type.second; })->first);
  return formatted;
}

std::string shown(std::string_view given) {
  return base::printable(given.substr(0, std::min(given.find('?'), given.find("pin-"))));
}

std::string shown_quoted(std::string_view given) {
  return "\"" + shown(given) + "\"";
}

}  // namespace pkcs11
