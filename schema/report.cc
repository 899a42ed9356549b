#include "schema/report.h"

#include <nlohmann/json.hpp>

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

// Labels come from the token and may hold any bytes.
std::string text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const KeyReport& key) {
  return {{"uri", key.uri},
          {"keySpec", key.key_spec},
          {"spkiSha256", key.spki_sha256},
          {"usable", key.usable},
          {"private", key.has_private},
          {"public", key.has_public},
          {"certificates", key.certificates}};
}

Json json_of(const TokenReport& token) {
  Json keys = Json::array();
  for (const KeyReport& key : token.keys)
    keys.push_back(json_of(key));
  return {{"label", token.label},   {"manufacturer", token.manufacturer}, {"model", token.model},
          {"serial", token.serial}, {"initialised", token.initialised},   {"keys", keys}};
}

}  // namespace

std::string encode(const KeyListReport& report) {
  Json tokens = Json::array();
  for (const TokenReport& token : report.tokens)
    tokens.push_back(json_of(token));
  return text({{"module", report.module},
               {"moduleDescription", report.module_description},
               {"tokens", tokens},
               {"remarks", report.remarks}});
}

std::string encode(const GeneratedKeyReport& report) {
  Json json = json_of(report.key);
  json["token"] = report.token;
  json["sensitive"] = report.sensitive;
  json["extractable"] = report.extractable;
  json["neverExtractable"] = report.never_extractable;
  json["local"] = report.local;
  json["proved"] = report.proved;
  return text(json);
}

std::string encode(const CertificateReport& report) {
  return text({{"file", report.file},
               {"subject", report.subject},
               {"serial", report.serial},
               {"notAfter", report.not_after},
               {"keySpec", report.key_spec}});
}

std::string encode(const VersionReport& report) {
  return text({{"version", report.version},
               {"compiler", report.compiler},
               {"openssl", report.openssl},
               {"contractVersions", report.contract_versions},
               {"capabilities", report.capabilities},
               {"keySpecs", report.key_specs},
               {"pinSources", report.pin_sources}});
}

}  // namespace schema
