#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "platform/environment.h"

namespace platform {
namespace {

// The value inside `entry` if it is the variable `name`, else null.
char* value_of(char* entry, std::string_view name) noexcept {
  if (std::strncmp(entry, name.data(), name.size()) != 0 || entry[name.size()] != '=') return nullptr;
  return entry + name.size() + 1;
}

void wipe_and_unset(const char* name) noexcept {
  for (char** entry = environ; *entry != nullptr; ++entry) {  // a block may hold the same name more than once
    if (char* value = value_of(*entry, name)) base::wipe(std::span<char>(value, std::strlen(value)));
  }
  (void)::unsetenv(name);
}

}  // namespace

std::optional<base::Secret> take_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  base::Secret secret(base::bytes_of(value));
  wipe_and_unset(name);
  return secret;
}

void EnvironmentSecrets::take(const std::string& name) {
  if (find(name) != nullptr) return;
  if (auto secret = take_environment(name.c_str())) taken_.emplace(name, std::move(*secret));
}

const base::Secret* EnvironmentSecrets::find(std::string_view name) const {
  const auto found = taken_.find(name);
  return found == taken_.end() ? nullptr : &found->second;
}

}  // namespace platform
