#include "tsb_reply.h"

#include "base/base64.h"
#include "base/error.h"
#include "strict_json.h"

namespace schema::tsb {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostEntries = 1'000, kMostTexts = 200;

}  // namespace

void refuse_reply(const std::string& cause) {
  throw base::Error(base::ErrorKind::service_failed, base::Phase::approval,
                    "the service's answer cannot be read: " + cause);
}

Json parse_reply(std::string_view text, std::size_t limit) {
  if (text.size() > limit) refuse_reply("it is longer than " + std::to_string(limit) + " bytes");
  StrictJson json = parse_strict(text);
  // The fault may show a member's name, which is the service's own text.
  if (!json.fault.empty()) refuse_reply("it is not valid JSON");
  return std::move(json.value);
}

ReplyObject::ReplyObject(const Json& value, std::string path) : value_(&value), path_(std::move(path)) {
  if (value.is_object()) return;
  refuse_reply((path_.empty() ? "it" : path_) + " is " + std::string(kind_of(value)) + ", not an object");
}

const Json* ReplyObject::find(std::string_view name) const {
  const auto member = value_->find(name);
  return member == value_->end() || member->is_null() ? nullptr : &*member;
}

std::optional<std::string> ReplyObject::text(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) refuse(name, "is " + std::string(kind_of(*value)) + ", not text");
  return value->get<std::string>();
}

std::string ReplyObject::required_text(std::string_view name) const {
  std::optional<std::string> value = text(name);
  if (!value || value->empty()) refuse(name, "is missing");
  return *std::move(value);
}

std::optional<base::Bytes> ReplyObject::base64(std::string_view name) const {
  const std::optional<std::string> value = text(name);
  if (!value) return std::nullopt;
  std::optional<base::Bytes> bytes = base::decode_base64(*value);
  if (!bytes) refuse(name, "is not base64");
  return bytes;
}

base::Bytes ReplyObject::required_base64(std::string_view name) const {
  std::optional<base::Bytes> bytes = base64(name);
  if (!bytes || bytes->empty()) refuse(name, "is missing");
  return *std::move(bytes);
}

std::vector<std::string> ReplyObject::texts(std::string_view name) const {
  std::vector<std::string> texts;
  const Json* value = array(name);
  if (value == nullptr) return texts;
  if (value->size() > kMostTexts) refuse(name, "has more than " + std::to_string(kMostTexts) + " entries");
  for (const Json& entry : *value) {
    if (!entry.is_string()) refuse(name, "holds " + std::string(kind_of(entry)) + " where text belongs");
    texts.push_back(entry.get<std::string>());
  }
  return texts;
}

bool ReplyObject::boolean(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return false;
  if (!value->is_boolean()) refuse(name, "is " + std::string(kind_of(*value)) + ", not true or false");
  return value->get<bool>();
}

std::optional<ReplyObject> ReplyObject::object(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return std::nullopt;
  return ReplyObject(*value, path_of(name));
}

std::vector<ReplyObject> ReplyObject::objects(std::string_view name) const {
  std::vector<ReplyObject> objects;
  const Json* value = array(name);
  if (value == nullptr) return objects;
  for (const Json& entry : *value)
    objects.emplace_back(entry, "an entry of " + path_of(name));
  return objects;
}

const Json* ReplyObject::array(std::string_view name) const {
  const Json* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) refuse(name, "is " + std::string(kind_of(*value)) + ", not an array");
  if (value->size() > kMostEntries) refuse(name, "has more than " + std::to_string(kMostEntries) + " entries");
  return value;
}

std::string ReplyObject::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : path_ + '.' + std::string(name);
}

void ReplyObject::refuse(std::string_view name, const std::string& cause) const {
  refuse_reply(path_of(name) + " " + cause);
}

}  // namespace schema::tsb
