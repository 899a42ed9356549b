#include "schema/notation.h"

#include <optional>

#include "base/base64.h"
#include "base/error.h"
#include "strict_json.h"

namespace schema {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using Json = nlohmann::json;

constexpr std::string_view kContractVersion = "1.0";

// The Go plugin framework's texts (notation-plugin-framework-go), byte for byte: its own tests compare them exactly.
[[noreturn]] void refuse_json() {
  throw Error(ErrorKind::malformed_request, Phase::request, "Input is not a valid JSON");
}

[[noreturn]] void refuse_empty(std::string_view member) {
  throw Error(ErrorKind::malformed_request, Phase::request,
              "Input is not a valid JSON: " + std::string(member) + " cannot be empty");
}

// Types are checked for all members before emptiness is for any: Go decodes first and validates afterwards.
class Request {
 public:
  explicit Request(std::string_view text) {
    StrictJson parsed = parse_strict(text);
    if (!parsed.fault.empty()) refuse_json();
    if (!parsed.value.is_object() && !parsed.value.is_null()) refuse_json();
    object_ = std::move(parsed.value);
  }

  std::string text(const char* name) const {
    const Json* value = find(name);
    if (value == nullptr) return {};
    if (!value->is_string()) refuse_json();
    return value->get<std::string>();
  }

  base::Bytes bytes(const char* name) const {
    std::optional<base::Bytes> decoded = base::decode_base64(text(name));
    if (!decoded) refuse_json();
    return *std::move(decoded);
  }

  PluginConfigEntries entries(const char* name) const {
    PluginConfigEntries entries;
    const Json* value = find(name);
    if (value == nullptr) return entries;
    if (!value->is_object()) refuse_json();
    for (const auto& [key, entry] : value->items()) {
      if (!entry.is_string()) refuse_json();
      entries.emplace(key, entry.get<std::string>());
    }
    return entries;
  }

 private:
  const Json* find(const char* name) const {
    if (object_.is_null()) return nullptr;
    const auto member = object_.find(name);
    return member == object_.end() || member->is_null() ? nullptr : &*member;
  }

  Json object_;
};

void require(std::string_view member, bool present) {
  if (!present) refuse_empty(member);
}

void check_contract_version(const std::string& version) {
  if (version == kContractVersion) return;
  throw Error(ErrorKind::unsupported_contract_version, Phase::request,
              "cannot answer the request: contract version \"" + base::printable(version) +
                  "\" is not supported, only " + std::string(kContractVersion) + " is",
              "use a notation-pkcs11 and a notation that share a version of the plugin contract");
}

std::string known_key_specs() {
  std::string list;
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs()) {
    if (!list.empty()) list += ", ";
    list += spec.name;
  }
  return list;
}

pkcs11::KeySpec key_spec_of(const std::string& name, const std::string& hash) {
  const std::optional<pkcs11::KeySpec> spec = pkcs11::find_key_spec(name);
  if (!spec) {
    throw Error(ErrorKind::invalid_request, Phase::request,
                "cannot sign: keySpec \"" + base::printable(name) + "\" is not known", "known: " + known_key_specs());
  }
  const std::string_view expected = pkcs11::traits(*spec).hash_name;
  if (hash != expected) {
    throw Error(ErrorKind::invalid_request, Phase::request,
                "cannot sign: hashAlgorithm \"" + base::printable(hash) + "\" does not belong to keySpec " + name +
                    ", which uses " + std::string(expected));
  }
  return *spec;
}

}  // namespace

MetadataRequest decode_metadata_request(std::string_view json) {
  return {Request(json).entries("pluginConfig")};
}

DescribeKeyRequest decode_describe_key_request(std::string_view json) {
  const Request request(json);
  const std::string version = request.text("contractVersion");
  DescribeKeyRequest result{request.text("keyId"), request.entries("pluginConfig")};
  require("contractVersion", !version.empty());
  require("keyId", !result.key_id.empty());
  check_contract_version(version);
  return result;
}

GenerateSignatureRequest decode_generate_signature_request(std::string_view json) {
  const Request request(json);
  const std::string version = request.text("contractVersion");
  const std::string key_spec = request.text("keySpec");
  const std::string hash = request.text("hashAlgorithm");
  GenerateSignatureRequest result;
  result.key_id = request.text("keyId");
  result.payload = request.bytes("payload");
  result.plugin_config = request.entries("pluginConfig");
  require("contractVersion", !version.empty());
  require("keyId", !result.key_id.empty());
  require("keySpec", !key_spec.empty());
  require("hashAlgorithm", !hash.empty());
  require("payload", !result.payload.empty());
  check_contract_version(version);
  result.key_spec = key_spec_of(key_spec, hash);
  return result;
}

}  // namespace schema
