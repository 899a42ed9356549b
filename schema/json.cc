#include "json.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "settings_text.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::hours kLongest{24};

std::string listed(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + name;
  return list;
}

std::string fault_in_entry(std::string_view text) {
  if (text.size() > kMaximumEntryText) return "is longer than " + std::to_string(kMaximumEntryText) + " bytes";
  return fault_in_text(text);
}

}  // namespace

void refuse_file(std::string_view file, const std::string& cause, const std::string& hint) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    "cannot read the configuration file " + base::printable(file, 1024) + ": " + cause, hint);
}

ObjectReader::ObjectReader(const Json& value, std::string path, std::string_view file)
    : value_(value), path_(std::move(path)), file_(file) {
  if (value_.is_object()) return;
  refuse_file(file_, (path_.empty() ? "it" : path_) + " is " + std::string(kind_of(value_)) + ", not an object");
}

const Json* ObjectReader::find(std::string_view name) {
  known_.emplace_back(name);
  const auto member = value_.find(name);
  return member == value_.end() ? nullptr : &*member;
}

std::optional<std::string> ObjectReader::text(std::string_view name, Check check) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(name, "is " + std::string(kind_of(*value)) + ", not text");
  std::string text = value->get<std::string>();
  if (const std::string fault = check(text); !fault.empty()) refuse(name, fault);
  return text;
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view name, Check check) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_array()) refuse(name, "is " + std::string(kind_of(*value)) + ", not an array");
  std::vector<std::string> texts;
  for (const Json& entry : *value) {
    if (!entry.is_string()) refuse(name, "holds " + std::string(kind_of(entry)) + " where text belongs");
    texts.push_back(entry.get<std::string>());
    if (const std::string fault = check(texts.back()); !fault.empty()) {
      refuse(name, "entry " + std::to_string(texts.size()) + ' ' + fault);
    }
  }
  return texts;
}

std::optional<bool> ObjectReader::boolean(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) refuse(name, "is " + std::string(kind_of(*value)) + ", not true or false");
  return value->get<bool>();
}

std::optional<std::map<std::string, std::string>> ObjectReader::entries(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) refuse(name, "is " + std::string(kind_of(*value)) + ", not an object");
  if (value->size() > kMaximumEntries) refuse(name, "holds more than " + std::to_string(kMaximumEntries) + " entries");
  std::map<std::string, std::string> entries;
  const ObjectReader named(*value, path_of(name), file_);
  for (const auto& [entry, text] : value->items()) {
    if (const std::string fault = fault_in_entry(entry); !fault.empty()) refuse(name, "a name in it " + fault);
    if (!text.is_string()) named.refuse(entry, "is " + std::string(kind_of(text)) + ", not text");
    if (const std::string fault = fault_in_entry(text.get_ref<const std::string&>()); !fault.empty()) {
      named.refuse(entry, fault);
    }
    entries.emplace(entry, text.get<std::string>());
  }
  return entries;
}

std::optional<ObjectReader> ObjectReader::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  return ObjectReader(*value, path_of(name), file_);
}

std::optional<std::chrono::seconds> ObjectReader::whole_seconds(std::string_view name, std::chrono::seconds minimum,
                                                                std::chrono::seconds maximum) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  // The parser holds everything from 0 up as unsigned, except a written minus sign.
  if (!value->is_number_unsigned() || *value < minimum.count() || *value > maximum.count()) {
    refuse(name, "must be a whole number of seconds from " + std::to_string(minimum.count()) + " to " +
                     std::to_string(maximum.count()));
  }
  return std::chrono::seconds(value->get<std::int64_t>());
}

std::optional<std::chrono::milliseconds> ObjectReader::seconds(std::string_view name,
                                                               std::chrono::milliseconds minimum) {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  const double given = value->is_number() ? value->get<double>() : -1;
  const double least = static_cast<double>(minimum.count()) / 1000;
  const double most = static_cast<double>(std::chrono::seconds(kLongest).count());
  if (!(given >= least && given <= most)) {
    const std::string lower = minimum.count() == 0 ? "from 0" : "greater than 0 and";
    refuse(name, "must be a number of seconds, " + lower + " up to " +
                     std::to_string(std::chrono::seconds(kLongest).count()));
  }
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(given));
}

std::string ObjectReader::path_of(std::string_view name) const {
  const std::string member = base::printable(name);
  return path_.empty() ? member : path_ + '.' + member;
}

void ObjectReader::refuse(std::string_view name, const std::string& cause, const std::string& hint) const {
  refuse_file(file_, path_of(name) + ": " + cause, hint);
}

void ObjectReader::finish(const std::function<std::string(std::string_view)>& explain) const {
  for (const auto& [name, value] : value_.items()) {
    if (name.starts_with("x-") || std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    if (names_a_pin(name)) refuse(name, "a PIN does not belong in the configuration file", std::string(kPinRemedy));
    if (is_unsupported_setting(name)) {
      refuse(name, "this release of notation-pkcs11 does not have this setting",
             "use a release that has it, or take it out; it is never passed over silently");
    }
    if (explain) {
      if (const std::string cause = explain(name); !cause.empty()) refuse(name, cause);
    }
    const std::string closest = nearest(name, known_);
    refuse(name, "is not a setting" + (closest.empty() ? "" : "; did you mean " + closest + "?"),
           "settings here: " + listed(known_) + "; members that begin with x- are ignored");
  }
}

std::vector<std::string> read_command(ObjectReader& reader, std::string_view name) {
  const auto fault_in_argument = [](std::string_view text) -> std::string {
    return text.find('\0') == std::string_view::npos ? "" : "holds a NUL character";
  };
  const std::vector<std::string> words = reader.texts(name, fault_in_argument).value_or(std::vector<std::string>());
  if (words.empty()) return words;
  if (const std::string fault = fault_in_program(words.front()); !fault.empty())
    reader.refuse(name, "entry 1 " + fault);
  return words;
}

}  // namespace schema
