#include "base/base64.h"
#include "payload_fault.h"
#include "payload_parts.h"
#include "rfc3339.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kWhere = "JWS header";

// RFC 7518 section 3.1: the family's letters and the hash's bits.
std::string algorithm_of(pkcs11::KeySpec key_spec) {
  const pkcs11::KeySpecTraits& key = pkcs11::traits(key_spec);
  return (key.family == pkcs11::KeyFamily::rsa ? "PS" : "ES") + std::to_string(key.digest_size * 8);
}

std::string decode_part(std::string_view part, const char* name) {
  const std::optional<base::Bytes> bytes = base::decode_base64url(part);
  if (!bytes) refuse_payload(std::string(name) + " is not strict base64url without padding");
  return base::text_of(*bytes);
}

std::optional<std::string> find_text(const Json& header, std::string_view name) {
  const auto member = header.find(name);
  if (member == header.end()) return std::nullopt;
  if (!member->is_string()) {
    refuse_payload(std::string(kWhere) + ": " + std::string(name) + " is " + std::string(kind_of(*member)) +
                   ", not text");
  }
  return member->get<std::string>();
}

std::optional<base::WallTime> find_time(const Json& header, std::string_view name) {
  const std::optional<std::string> text = find_text(header, name);
  if (!text) return std::nullopt;
  const std::optional<base::WallTime> time = parse_rfc3339(*text);
  if (!time) {
    refuse_payload(std::string(kWhere) + ": " + std::string(name) + " \"" + base::printable(*text) +
                   "\" is not an RFC 3339 time between 1970 and 2262");
  }
  return time;
}

std::optional<std::vector<std::string>> find_critical(const Json& header) {
  const auto member = header.find("crit");
  if (member == header.end()) return std::nullopt;
  if (!member->is_array()) {
    refuse_payload(std::string(kWhere) + ": crit is " + std::string(kind_of(*member)) + ", not an array");
  }
  std::vector<std::string> names;
  for (const Json& entry : *member) {
    if (!entry.is_string()) refuse_payload(std::string(kWhere) + ": crit does not hold text alone");
    names.push_back(entry.get<std::string>());
  }
  return names;
}

void check_algorithm(const Json& header, pkcs11::KeySpec key_spec) {
  const std::optional<std::string> algorithm = find_text(header, "alg");
  if (!algorithm) refuse_payload(std::string(kWhere) + " has no alg");
  if (*algorithm != algorithm_of(key_spec)) {
    refuse_payload(std::string(kWhere) + ": alg is \"" + base::printable(*algorithm) + "\", but the key is " +
                   std::string(pkcs11::traits(key_spec).name) + ", which goes with " + algorithm_of(key_spec));
  }
}

}  // namespace

NotaryPayload decode_jws(std::string_view signing_input, pkcs11::KeySpec key_spec) {
  const std::size_t dot = signing_input.find('.');
  if (dot == std::string_view::npos) refuse_payload("they are neither a JWS signing input nor a COSE Sig_structure");
  const std::string header_text = decode_part(signing_input.substr(0, dot), "JWS header");
  const std::string body_text = decode_part(signing_input.substr(dot + 1), "JWS body");

  const Json json = parse_object(header_text, kWhere);
  check_algorithm(json, key_spec);
  ProtectedHeader header;
  header.content_type = find_text(json, "cty");
  header.critical = find_critical(json);
  header.signing_scheme = find_text(json, kSigningScheme);
  header.signing_time = find_time(json, kSigningTime);
  header.authentic_signing_time = find_time(json, kAuthenticSigningTime);
  header.expiry = find_time(json, kExpiry);
  return put_together(EnvelopeFormat::jws, kWhere, header, decode_descriptor(body_text));
}

}  // namespace schema
