#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace schema {

// "cannot read the configuration file <file>: <cause>"
[[noreturn]] void refuse_file(std::string_view file, const std::string& cause, const std::string& hint = {});

inline constexpr std::size_t kMaximumEntries = 32;
inline constexpr std::size_t kMaximumEntryText = 256;  // bytes

// One object of a configuration file, read member by member. Every member asked for becomes a known one, whether it is
// there or not; finish() refuses what nobody asked for. So no member can be known and yet left unread. Errors:
// invalid_settings, with the member's path; values are shown only where they cannot be secret (numbers, choices).
class ObjectReader {
 public:
  // `path` is empty for the file's top level; `value` must outlive the reader.
  ObjectReader(const nlohmann::json& value, std::string path, std::string_view file);

  // The member or nothing; a null is a value like any other.
  const nlohmann::json* find(std::string_view name);

  // `check` gives the reason to refuse the text, or an empty one.
  using Check = std::string (*)(std::string_view);
  std::optional<std::string> text(std::string_view name, Check check);
  std::optional<std::vector<std::string>> texts(std::string_view name, Check check);
  std::optional<bool> boolean(std::string_view name);
  // Names and values are text of fault_in_text, at most kMaximumEntryText bytes each; at most kMaximumEntries of them.
  std::optional<std::map<std::string, std::string>> entries(std::string_view name);
  // A reader of its own for a member that is an object; its finish() is the caller's.
  std::optional<ObjectReader> object(std::string_view name);
  // Written without a fraction; both bounds are allowed.
  std::optional<std::chrono::seconds> whole_seconds(std::string_view name, std::chrono::seconds minimum,
                                                    std::chrono::seconds maximum);
  // JSON number of seconds, fractions allowed, at least `minimum` and at most a day.
  std::optional<std::chrono::milliseconds> seconds(std::string_view name, std::chrono::milliseconds minimum);

  std::string path_of(std::string_view name) const;
  [[noreturn]] void refuse(std::string_view name, const std::string& cause, const std::string& hint = {}) const;

  // Refuses members that were not asked for. `explain` may know a better cause than "not a setting" for a name.
  void finish(const std::function<std::string(std::string_view)>& explain = {}) const;

  const std::vector<std::string>& known() const { return known_; }
  bool has(std::string_view name) const { return value_.contains(name); }

 private:
  const nlohmann::json& value_;
  std::string path_;
  std::string_view file_;
  std::vector<std::string> known_;
};

// A program's absolute path and its arguments, which are any text without NUL; empty without the member.
std::vector<std::string> read_command(ObjectReader& reader, std::string_view name);

}  // namespace schema
