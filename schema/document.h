#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"

// A document that a program or a file hands us, read member by member; configuration files, whose members are settings
// with defaults, have json.h.
namespace schema {

inline constexpr std::size_t kMaximumNames = 64;   // in a list
inline constexpr std::size_t kMaximumName = 256;   // bytes
inline constexpr std::size_t kMaximumText = 1024;  // bytes

// How a document is refused: "<what>: <member>: <cause>".
struct DocumentRefusal {
  base::ErrorKind kind;
  base::Phase phase;
  std::string what;  // "cannot read the approval ticket <file>"
  std::string hint;

  [[noreturn]] void refuse(const std::string& cause) const;
};

// The document's one object: bounded, of strict_json. Refuses the rest.
nlohmann::json parse_document(std::string_view json, std::size_t maximum, const DocumentRefusal& refusal);

// One object of it. Every member asked for becomes a known one; finish() refuses what nobody asked for, but for members
// that begin with "x-". Names of members are shown, values never.
class DocumentObject {
 public:
  // `path` is empty for the document itself; `value` and `refusal` must outlive the reader.
  DocumentObject(const nlohmann::json& value, std::string path, const DocumentRefusal& refusal);

  const nlohmann::json* find(std::string_view name);
  const nlohmann::json& get(std::string_view name);  // refuses the document without it
  bool has(std::string_view name) const { return value_.contains(name); }

  // Without a member the find_ functions give nothing, the others refuse.
  std::optional<std::string> find_text(std::string_view name, std::size_t maximum);
  std::string text(std::string_view name, std::size_t maximum);
  std::string filled_text(std::string_view name, std::size_t maximum);  // not empty
  std::string hexadecimal(std::string_view name, std::size_t digits);   // lower case
  std::optional<bool> find_boolean(std::string_view name);
  bool boolean(std::string_view name);
  std::optional<std::chrono::seconds> find_seconds(std::string_view name, std::uint64_t minimum, std::uint64_t maximum);
  std::uint64_t whole_number(std::string_view name, std::uint64_t minimum, std::uint64_t maximum);
  base::WallTime time(std::string_view name);                  // 2026-11-21T01:48:29Z: RFC 3339, UTC, whole seconds
  std::vector<std::string> find_names(std::string_view name);  // empty without it; at most kMaximumNames
  std::vector<std::string> names(std::string_view name);
  std::map<std::string, std::string> find_texts(std::string_view name, std::size_t maximum_entries,
                                                std::size_t maximum_name, std::size_t maximum_text);
  DocumentObject object(std::string_view name);

  void check_version(std::uint64_t known, bool required);

  [[noreturn]] void refuse(std::string_view name, const std::string& cause) const;

  // `cause` stands behind the name of an unknown member.
  void finish(const std::string& cause = "is not known here") const;

 private:
  std::string path_of(std::string_view name) const;

  const nlohmann::json& value_;
  std::string path_;
  const DocumentRefusal& refusal_;
  std::vector<std::string> known_;
};

}  // namespace schema
