#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pkcs11/uri.h"

namespace pkcs11 {

inline constexpr std::string_view kUriScheme = "pkcs11:";

// Text attributes of the path with the size of the token's field (PKCS#11 v2.40 section 3.2), 0 for no limit. The order
// is the one they are written in.
struct UriTextAttribute {
  std::string_view name;
  std::optional<std::string> Uri::* value;
  std::size_t field_size;
};
inline constexpr std::array kUriTextAttributes = {
    UriTextAttribute{"token", &Uri::token, 32}, UriTextAttribute{"manufacturer", &Uri::manufacturer, 32},
    UriTextAttribute{"serial", &Uri::serial, 16}, UriTextAttribute{"model", &Uri::model, 16},
    UriTextAttribute{"object", &Uri::object, 0}};

inline constexpr std::array kUriTypes = {std::pair{std::string_view("public"), ObjectType::public_key},
                                         std::pair{std::string_view("private"), ObjectType::private_key},
                                         std::pair{std::string_view("cert"), ObjectType::certificate},
                                         std::pair{std::string_view("secret-key"), ObjectType::secret_key},
                                         std::pair{std::string_view("data"), ObjectType::data}};

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
inline bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// "%2F"
inline std::string percent_encode(unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  return {'%', kDigits[byte >> 4], kDigits[byte & 0xF]};
}

}  // namespace pkcs11
