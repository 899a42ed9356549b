#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace pkcs11 {

// True for the functions after which a job is never begun again by itself: they make, change or destroy something.
inline bool changes_token(std::string_view function) {
  static constexpr std::array<std::string_view, 6> kChanges{"C_GenerateKeyPair", "C_CreateObject", "C_DestroyObject",
                                                            "C_InitToken",       "C_InitPIN",      "C_SetPIN"};
  return std::find(kChanges.begin(), kChanges.end(), function) != kChanges.end();
}

}  // namespace pkcs11
