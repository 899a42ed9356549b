#include <algorithm>
#include <array>
#include <limits>

#include "base/bytes.h"
#include "base/error.h"
#include "digest_text.h"
#include "payload_fault.h"
#include "payload_parts.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 4> kDescriptorMembers{"mediaType", "digest", "size", "annotations"};

// What is being read, for its faults.
struct Subject {
  std::string_view prefix;  // of a fault within the descriptor
  std::string_view name;
  void (*refuse)(const std::string& cause);

  void refuse_member(const std::string& cause) const { refuse(std::string(prefix) + cause); }
};

[[noreturn]] void refuse_descriptor(const std::string& cause) {
  throw base::Error(base::ErrorKind::invalid_payload, base::Phase::payload, "not an OCI descriptor: " + cause);
}

constexpr Subject kTarget{"targetArtifact: ", "targetArtifact", refuse_payload};
constexpr Subject kBody{"body: ", "body", refuse_payload};
constexpr Subject kDescriptor{"", "it", refuse_descriptor};

const Json& member_of(const Json& object, const char* name, const Subject& subject) {
  const auto member = object.find(name);
  if (member == object.end()) subject.refuse(std::string(subject.name) + " has no " + name);
  return *member;
}

std::string text_member(const Json& object, const char* name, const Subject& subject) {
  const Json& value = member_of(object, name, subject);
  if (!value.is_string()) {
    subject.refuse_member(std::string(name) + " is " + std::string(kind_of(value)) + ", not text");
  }
  if (value.get_ref<const std::string&>().empty()) subject.refuse_member(std::string(name) + " is empty");
  return value.get<std::string>();
}

void check_digest(const std::string& digest, const Subject& subject) {
  const std::string fault = fault_in_digest(digest);
  if (!fault.empty()) subject.refuse_member("digest \"" + base::printable(digest) + "\" " + fault);
}

std::int64_t size_member(const Json& object, const Subject& subject) {
  const Json& value = member_of(object, "size", subject);
  if (!value.is_number_integer()) subject.refuse_member("size is not a whole number");
  if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0) subject.refuse_member("size is less than 0");
  const auto size = value.get<std::uint64_t>();
  if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    subject.refuse_member("size is beyond 64 bits");
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

// All but the annotations.
Descriptor descriptor_of(const Json& object, const Subject& subject) {
  Descriptor descriptor;
  descriptor.media_type = text_member(object, "mediaType", subject);
  descriptor.digest = text_member(object, "digest", subject);
  check_digest(descriptor.digest, subject);
  descriptor.size = size_member(object, subject);
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
  const StrictJson parsed = parse_strict(json);
  if (!parsed.fault.empty()) refuse_descriptor(parsed.fault);
  if (!parsed.value.is_object()) refuse_descriptor("it is " + std::string(kind_of(parsed.value)) + ", not an object");
  return descriptor_of(parsed.value, kDescriptor);
}

Descriptor decode_descriptor(std::string_view json) {
  const Json body = parse_object(json, "body");
  for (const auto& [name, value] : body.items()) {
    if (name != "targetArtifact") {
      refuse_unknown("body has the member \"" + base::printable(name) + "\" beside targetArtifact");
    }
  }
  const Json& target = member_of(body, "targetArtifact", kBody);
  if (!target.is_object()) refuse_payload("targetArtifact is " + std::string(kind_of(target)) + ", not an object");
  for (const auto& [name, value] : target.items()) {
    if (std::find(kDescriptorMembers.begin(), kDescriptorMembers.end(), name) == kDescriptorMembers.end()) {
      refuse_unknown("targetArtifact has the member \"" + base::printable(name) + '"');
    }
  }
  Descriptor descriptor = descriptor_of(target, kTarget);
  descriptor.annotations = annotations_of(target);
  return descriptor;
}

}  // namespace schema
