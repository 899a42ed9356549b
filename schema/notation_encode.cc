#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "schema/notation.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string encode(const PluginMetadata& metadata) {
  Json json;
  json["name"] = metadata.name;
  json["description"] = metadata.description;
  json["version"] = metadata.version;
  json["url"] = metadata.url;
  json["supportedContractVersions"] = metadata.supported_contract_versions;
  json["capabilities"] = metadata.capabilities;
  return compact(json);
}

std::string encode(const DescribeKeyResponse& response) {
  Json json;
  json["keyId"] = response.key_id;
  json["keySpec"] = pkcs11::traits(response.key_spec).name;
  return compact(json);
}

std::string encode(const GenerateSignatureResponse& response) {
  Json json;
  json["keyId"] = response.key_id;
  json["signature"] = base::encode_base64(response.signature);
  json["signingAlgorithm"] = pkcs11::traits(response.key_spec).algorithm_name;
  Json& chain = json["certificateChain"] = Json::array();
  for (const base::Bytes& certificate : response.certificate_chain)
    chain.push_back(base::encode_base64(certificate));
  return compact(json);
}

std::string encode(const ErrorResponse& response) {
  Json json;
  json["errorCode"] = response.code;
  json["errorMessage"] = response.message;
  if (!response.metadata.empty()) json["errorMetadata"] = response.metadata;
  return compact(json);
}

}  // namespace schema
