#include "document.h"

#include <algorithm>

#include "base/bytes.h"
#include "rfc3339.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

std::string bytes(std::size_t count) {
  return std::to_string(count) + " bytes";
}

std::string not_a(const Json& value, const std::string& wanted) {
  return "is " + std::string(kind_of(value)) + ", not " + wanted;
}

}  // namespace

void DocumentRefusal::refuse(const std::string& cause) const {
  throw base::Error(kind, phase, what + ": " + cause, hint);
}

Json parse_document(std::string_view json, std::size_t maximum, const DocumentRefusal& refusal) {
  if (json.size() > maximum) refusal.refuse("it is longer than " + bytes(maximum));
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) refusal.refuse("it is empty");
  StrictJson parsed = parse_strict(json);
  if (!parsed.fault.empty()) refusal.refuse(parsed.fault);
  return std::move(parsed.value);
}

DocumentObject::DocumentObject(const Json& value, std::string path, const DocumentRefusal& refusal)
    : value_(value), path_(std::move(path)), refusal_(refusal) {
  if (value_.is_object()) return;
  refusal_.refuse((path_.empty() ? "it " : path_ + ": ") + not_a(value_, "an object"));
}

const Json* DocumentObject::find(std::string_view name) {
  known_.emplace_back(name);
  const auto member = value_.find(name);
  return member == value_.end() ? nullptr : &*member;
}

const Json& DocumentObject::get(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) refuse(name, "is missing");
  return *value;
}

std::optional<std::string> DocumentObject::find_text(std::string_view name, std::size_t maximum) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(name, not_a(*value, "text"));
  if (value->get_ref<const std::string&>().size() > maximum) refuse(name, "is longer than " + bytes(maximum));
  return value->get<std::string>();
}

std::string DocumentObject::text(std::string_view name, std::size_t maximum) {
  get(name);
  return find_text(name, maximum).value();
}

std::string DocumentObject::filled_text(std::string_view name, std::size_t maximum) {
  std::string value = text(name, maximum);
  if (value.empty()) refuse(name, "is empty");
  return value;
}

std::string DocumentObject::hexadecimal(std::string_view name, std::size_t digits) {
  std::string value = text(name, std::string::npos);
  if (value.size() != digits || value.find_first_not_of("0123456789abcdef") != std::string::npos) {
    refuse(name, "must be " + std::to_string(digits) + " lower-case hexadecimal digits");
  }
  return value;
}

std::optional<bool> DocumentObject::find_boolean(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(name, not_a(*value, "true or false"));
  return value->get<bool>();
}

bool DocumentObject::boolean(std::string_view name) {
  get(name);
  return find_boolean(name).value();
}

std::uint64_t DocumentObject::whole_number(std::string_view name, std::uint64_t minimum, std::uint64_t maximum) {
  const Json& value = get(name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() < minimum || value.get<std::uint64_t>() > maximum) {
    refuse(name, "must be a whole number from " + std::to_string(minimum) + " to " + std::to_string(maximum));
  }
  return value.get<std::uint64_t>();
}

std::optional<std::chrono::seconds> DocumentObject::find_seconds(std::string_view name, std::uint64_t minimum,
                                                                 std::uint64_t maximum) {
  if (find(name) == nullptr) return std::nullopt;
  return std::chrono::seconds(whole_number(name, minimum, maximum));
}

base::WallTime DocumentObject::time(std::string_view name) {
  constexpr std::size_t kLength = std::string_view("2026-11-21T01:48:29Z").size();
  const std::string value = text(name, std::string::npos);
  const std::optional<base::WallTime> time = parse_rfc3339(value);
  if (!time || value.size() != kLength || value.back() != 'Z') {
    refuse(name, "must be a time like 2026-11-21T01:48:29Z");
  }
  return *time;
}

std::vector<std::string> DocumentObject::find_names(std::string_view name) {
  const Json* value = find(name);
  std::vector<std::string> names;
  if (value == nullptr) return names;
  if (!value->is_array()) refuse(name, not_a(*value, "an array"));
  if (value->size() > kMaximumNames) refuse(name, "holds more than " + std::to_string(kMaximumNames) + " names");
  for (const Json& entry : *value) {
    if (!entry.is_string()) refuse(name, "holds " + std::string(kind_of(entry)) + " where text belongs");
    names.push_back(entry.get<std::string>());
    if (names.back().size() > kMaximumName) {
      refuse(name, "entry " + std::to_string(names.size()) + " is longer than " + bytes(kMaximumName));
    }
  }
  return names;
}

std::vector<std::string> DocumentObject::names(std::string_view name) {
  get(name);
  return find_names(name);
}

std::map<std::string, std::string> DocumentObject::find_texts(std::string_view name, std::size_t maximum_entries,
                                                              std::size_t maximum_name, std::size_t maximum_text) {
  const Json* value = find(name);
  std::map<std::string, std::string> texts;
  if (value == nullptr) return texts;
  if (!value->is_object()) refuse(name, not_a(*value, "an object"));
  if (value->size() > maximum_entries) refuse(name, "holds more than " + std::to_string(maximum_entries) + " entries");
  for (const auto& [entry, text] : value->items()) {
    if (entry.size() > maximum_name) refuse(name, "a name in it is longer than " + bytes(maximum_name));
    if (!text.is_string()) refuse(name, base::quoted(entry) + ' ' + not_a(text, "text"));
    if (text.get_ref<const std::string&>().size() > maximum_text) {
      refuse(name, base::quoted(entry) + " is longer than " + bytes(maximum_text));
    }
    texts.emplace(entry, text.get<std::string>());
  }
  return texts;
}

DocumentObject DocumentObject::object(std::string_view name) {
  return DocumentObject(get(name), path_of(name), refusal_);
}

void DocumentObject::check_version(std::uint64_t known, bool required) {
  constexpr std::string_view kName = "version";
  const Json* version = required ? &get(kName) : find(kName);
  if (version == nullptr) return;
  const std::uint64_t number = version->is_number_unsigned() ? version->get<std::uint64_t>() : 0;
  if (number == known) return;
  if (number < known) refuse(kName, "must be " + std::to_string(known));
  refuse(kName, std::to_string(number) + " needs a newer notation-pkcs11; this release reads version " +
                    std::to_string(known));
}

std::string DocumentObject::path_of(std::string_view name) const {
  const std::string member = base::printable(name);
  return path_.empty() ? member : path_ + '.' + member;
}

void DocumentObject::refuse(std::string_view name, const std::string& cause) const {
  refusal_.refuse(path_of(name) + ": " + cause);
}

void DocumentObject::finish(const std::string& cause) const {
  for (const auto& [name, value] : value_.items()) {
    if (name.starts_with("x-") || std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    refuse(name, cause);
  }
}

}  // namespace schema
