#include "approval_request.h"

#include <limits>

#include "base/bytes.h"
#include "descriptor_json.h"
#include "digest_text.h"
#include "rfc3339.h"

namespace schema {
namespace {

using Json = nlohmann::json;
using std::chrono::seconds;

constexpr std::size_t kIdDigits = 32;
constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kMaximumClaims = 64;
constexpr std::size_t kAnyLength = std::numeric_limits<std::size_t>::max();
constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kLongestLifetime = 10'000'000'000;  // seconds; more than the years that a time can hold

Descriptor decode_artifact(DocumentObject artifact) {
  Descriptor descriptor;
  descriptor.media_type = artifact.filled_text("mediaType", kAnyLength);
  descriptor.digest = artifact.text("digest", kAnyLength);
  if (const std::string fault = fault_in_digest(descriptor.digest); !fault.empty()) artifact.refuse("digest", fault);
  descriptor.size = static_cast<std::int64_t>(artifact.whole_number("size", 0, kLargest));
  descriptor.annotations = artifact.find_texts("annotations", kAnyLength, kAnyLength, kAnyLength);
  artifact.finish();
  return descriptor;
}

ApprovalSubject decode_subject(DocumentObject object) {
  ApprovalSubject subject;
  subject.artifact = decode_artifact(object.object("artifact"));
  subject.signing_scheme = object.filled_text("signingScheme", kMaximumName);
  subject.lifetime = object.find_seconds("lifetime", 0, kLongestLifetime);
  object.finish();
  return subject;
}

void decode_key(DocumentObject key, ApprovalRequest& request) {
  request.key_name = key.text("name", kMaximumText);
  request.key_sha256 = key.hexadecimal("sha256", kSha256Digits);
  const std::optional<pkcs11::KeySpec> spec = pkcs11::find_key_spec(key.text("spec", kAnyLength));
  if (!spec) key.refuse("spec", "is not a key spec like EC-256 or RSA-3072");
  request.key_spec = *spec;
  key.finish();
}

}  // namespace

Json json_of(const ApprovalSubject& subject) {
  Json json{{"artifact", descriptor_json<Json>(subject.artifact)}, {"signingScheme", subject.signing_scheme}};
  if (subject.lifetime) json["lifetime"] = subject.lifetime->count();
  return json;
}

Json json_of(const ApprovalRequest& request) {
  Json claims = Json::object();
  for (const auto& [name, text] : request.claims) {
    if (claims.size() < kMaximumClaims) claims[cut(name, kMaximumName)] = cut(text, kMaximumText);
  }
  return {{"id", request.id},
          {"key",
           {{"name", cut(request.key_name, kMaximumText)},
            {"sha256", request.key_sha256},
            {"spec", pkcs11::traits(request.key_spec).name}}},
          {"subject", json_of(request.subject)},
          {"created", format_rfc3339(request.created)},
          {"expires", format_rfc3339(request.expires)},
          {"claims", std::move(claims)}};
}

ApprovalRequest decode_request(DocumentObject& object) {
  ApprovalRequest request;
  request.id = object.hexadecimal("id", kIdDigits);
  decode_key(object.object("key"), request);
  request.subject = decode_subject(object.object("subject"));
  request.created = object.time("created");
  request.expires = object.time("expires");
  if (request.expires < request.created) object.refuse("expires", "is earlier than created");
  object.get("claims");
  request.claims = object.find_texts("claims", kMaximumClaims, kMaximumName, kMaximumText);
  object.finish();
  return request;
}

std::string cut(std::string_view text, std::size_t maximum) {
  if (!base::is_utf8(text)) return base::printable(text, maximum);
  if (text.size() <= maximum) return std::string(text);
  std::size_t end = maximum;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return std::string(text.substr(0, end));
}

std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace schema
