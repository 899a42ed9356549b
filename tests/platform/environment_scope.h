#pragma once

#include <cstdlib>
#include <optional>
#include <string>

// Sets a variable, or unsets it when the value is null, and restores what was there.
class EnvironmentScope {
 public:
  EnvironmentScope(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~EnvironmentScope() { set(before_ ? before_->c_str() : nullptr); }
  EnvironmentScope(const EnvironmentScope&) = delete;
  EnvironmentScope& operator=(const EnvironmentScope&) = delete;

 private:
  void set(const char* value) { (void)(value != nullptr ? ::setenv(name_, value, 1) : ::unsetenv(name_)); }

  const char* name_;
  std::optional<std::string> before_;
};
