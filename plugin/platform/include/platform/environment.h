#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace platform {

// The variable that gives the PIN when no pin_source is set.
inline constexpr const char* kPinVariable = "NOTATION_PKCS11_PIN";

// Moves a variable's value out of the environment: copied, its bytes overwritten in the block that other processes of
// the same user can read, then unset. Empty when the variable is not set. Only while the process has one thread.
std::optional<base::Secret> take_environment(const char* name);

// Secrets taken from the environment, kept until they are asked for.
class EnvironmentSecrets {
 public:
  // Takes the variable out of the environment; one taken before stays as it was.
  void take(const std::string& name);

  // What was taken under that name, null if it was not set. Lives as long as this object.
  const base::Secret* find(std::string_view name) const;

 private:
  std::map<std::string, base::Secret, std::less<>> taken_;
};

}  // namespace platform
