#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace signing {

// Who decides what nobody sets.
inline constexpr const char* kDefault = "default";

// A value and who set it; the first one set decides, a later one must say the same.
template <typename Value>
class Decision {
 public:
  explicit Decision(std::string_view setting) : setting_(setting) {}

  void offer(const std::optional<Value>& value, const std::string& origin) {
    if (!value) return;
    if (!value_) {
      value_ = value;
      origin_ = origin;
    } else if (!(*value == *value_)) {
      throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                        std::string(setting_) + " is set differently by " + origin_ + " and by " + origin,
                        origin_ + " decides: remove the setting from " + origin);
    }
  }
  const std::optional<Value>& value() const { return value_; }
  std::string origin() const { return value_ ? origin_ : kDefault; }

 private:
  std::string_view setting_;
  std::optional<Value> value_;
  std::string origin_;
};

}  // namespace signing
