#include <algorithm>
#include <array>
#include <limits>

#include "digest_text.h"
#include "payload_fault.h"
#include "payload_parts.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kDescriptorMembers{"mediaType", "digest", "size", "annotations"};

const Json& member_of(const Json& object, const char* name, std::string_view where) {
  const auto member = object.find(name);
  if (member == object.end()) refuse_payload(std::string(where) + " has no " + name);
  return *member;
}

std::string text_member(const Json& object, const char* name) {
  const Json& value = member_of(object, name, "targetArtifact");
  if (!value.is_string()) {
    refuse_payload("targetArtifact: " + std::string(name) + " is " + std::string(kind_of(value)) + ", not text");
  }
  if (value.get_ref<const std::string&>().empty()) refuse_payload("targetArtifact: " + std::string(name) + " is empty");
  return value.get<std::string>();
}

void check_digest(const std::string& digest) {
  const std::string fault = fault_in_digest(digest);
  if (!fault.empty()) refuse_payload("targetArtifact: digest \"" + base::printable(digest) + "\" " + fault);
}

std::int64_t size_member(const Json& object) {
  const Json& value = member_of(object, "size", "targetArtifact");
  if (!value.is_number_integer()) refuse_payload("targetArtifact: size is not a whole number");
  if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0) {
    refuse_payload("targetArtifact: size is less than 0");
  }
  const auto size = value.get<std::uint64_t>();
  if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    refuse_payload("targetArtifact: size is beyond 64 bits");
  }
  return static_cast<std::int64_t>(size);
}

std::map<std::string, std::string> annotations_of(const Json& object) {
  std::map<std::string, std::string> annotations;
  const auto member = object.find("annotations");
  if (member == object.end()) return annotations;
  if (!member->is_object()) {
    refuse_payload("targetArtifact: annotations is " + std::string(kind_of(*member)) + ", not an object");
  }
  for (const auto& [name, value] : member->items()) {
    if (!value.is_string()) {
      refuse_payload("targetArtifact: annotation \"" + base::printable(name) + "\" is " + std::string(kind_of(value)) +
                     ", not text");
    }
    annotations.emplace(name, value.get<std::string>());
  }
  return annotations;
}

Descriptor descriptor_of(const Json& target) {
  Descriptor descriptor;
  descriptor.media_type = text_member(target, "mediaType");
  descriptor.digest = text_member(target, "digest");
  check_digest(descriptor.digest);
  descriptor.size = size_member(target);
  descriptor.annotations = annotations_of(target);
  return descriptor;
}

}  // namespace

Json parse_object(std::string_view json, std::string_view where) {
  StrictJson parsed = parse_strict(json);
  if (!parsed.fault.empty()) refuse_payload(std::string(where) + ": " + parsed.fault);
  if (!parsed.value.is_object()) {
    refuse_payload(std::string(where) + " is " + std::string(kind_of(parsed.value)) + ", not an object");
  }
  return std::move(parsed.value);
}

Descriptor decode_oci_descriptor(std::string_view json) {
  const Json given = parse_object(json, "descriptor");
  Json target = Json::object();
  for (const char* name : {"mediaType", "digest", "size"})
    target[name] = member_of(given, name, "descriptor");
  return descriptor_of(target);
}

Descriptor decode_descriptor(std::string_view json) {
  const Json body = parse_object(json, "body");
  for (const auto& [name, value] : body.items()) {
    if (name != "targetArtifact") {
      refuse_unknown("body has the member \"" + base::printable(name) + "\" beside targetArtifact");
    }
  }
  const Json& target = member_of(body, "targetArtifact", "body");
  if (!target.is_object()) refuse_payload("targetArtifact is " + std::string(kind_of(target)) + ", not an object");
  for (const auto& [name, value] : target.items()) {
    if (std::find(kDescriptorMembers.begin(), kDescriptorMembers.end(), name) == kDescriptorMembers.end()) {
      refuse_unknown("targetArtifact has the member \"" + base::printable(name) + '"');
    }
  }
  return descriptor_of(target);
}

}  // namespace schema
