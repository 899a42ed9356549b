#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace approval {

struct NameLimits {
  std::size_t names = 6;
  std::size_t bytes = 40;  // of one name: some services name people by their public keys
};
inline constexpr NameLimits kEveryName{64, 1024};  // what tickets hold, made printable

// "anna, bert and 3 more"; empty without names.
std::string name_list(const std::vector<std::string>& names, NameLimits limits = {});

}  // namespace approval
