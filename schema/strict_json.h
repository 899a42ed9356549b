#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace schema {

// nlohmann::json is moved without an exception although its checks could throw one.
struct StrictJson {  // NOLINT(bugprone-exception-escape)
  nlohmann::json value;
  std::string fault;  // why the text was refused, to stand behind a colon; empty when `value` is good
};

inline constexpr std::size_t kMaximumJsonDepth = 64;

// Reads exactly one JSON value (RFC 8259): valid UTF-8, no byte order mark, nothing but white space around it, no
// member twice in an object, at most kMaximumJsonDepth levels deep. The fault tells the place, and a member's name,
// never a value.
StrictJson parse_strict(std::string_view text);

// "object", "text", "number", ... for messages.
std::string_view kind_of(const nlohmann::json& value);

}  // namespace schema
