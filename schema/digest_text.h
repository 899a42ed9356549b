#pragma once

#include <string>
#include <string_view>

namespace schema {

// Why the text is no digest that the Notary Project knows ("sha256:" and 64 digits, and so on), or nothing. It stands
// behind the member's name and does not repeat the value.
std::string fault_in_digest(std::string_view digest);

}  // namespace schema
