#include "schema/ceremony.h"

#include "key_json.h"

namespace schema {
namespace {

using Json = OrderedJson;

Json json_of(const CeremonyRecord::Module& module) {
  return {{"path", module.path},
          {"sha256", module.sha256},
          {"manufacturer", module.manufacturer},
          {"description", module.description},
          {"libraryVersion", module.library_version},
          {"cryptokiVersion", module.cryptoki_version}};
}

Json json_of(const CeremonyRecord::Token& token) {
  return {{"label", token.label},
          {"manufacturer", token.manufacturer},
          {"model", token.model},
          {"serial", token.serial},
          {"slotId", token.slot_id},
          {"slotDescription", token.slot_description},
          {"hardwareVersion", token.hardware_version},
          {"firmwareVersion", token.firmware_version}};
}

Json json_of(const CeremonyRecord::Asked& asked) {
  return {{"keySpec", asked.key_spec},
          {"label", asked.label},
          {"id", asked.id},
          {"alwaysAuthenticate", asked.always_authenticate},
          {"extraAttributes", asked.extra_attributes},
          {"mechanism", asked.mechanism}};
}

Json json_of(const CeremonyRecord::Made& made) {
  Json json = json_of(made.key);
  json["mechanism"] = made.mechanism;
  json["sensitive"] = made.sensitive;
  json["extractable"] = made.extractable;
  json["neverExtractable"] = made.never_extractable;
  json["local"] = made.local;
  json["alwaysAuthenticate"] = made.always_authenticate;
  json["publicKey"] = made.public_key_pem;
  json["objects"] = Json::array();
  for (const KeyObjectReport& object : made.objects)
    json["objects"].push_back(json_of(object));
  return json;
}

Json json_of(const CeremonyRecord::Proof& proof) {
  return {{"algorithm", proof.algorithm},
          {"mechanism", proof.mechanism},
          {"challenge", proof.challenge},
          {"signature", proof.signature}};
}

Json json_of(const CeremonyRecord::Failure& failure) {
  return {{"message", failure.message}, {"hint", failure.hint}};
}

template <typename Part>
Json json_or_null(const std::optional<Part>& part) {
  return part ? json_of(*part) : Json(nullptr);
}

}  // namespace

std::string encode(const CeremonyRecord& record) {
  return text_of({{"version", 1},
                  {"outcome", record.failure ? "failed" : "made"},
                  {"began", record.began},
                  {"ended", record.ended},
                  {"user", {{"name", record.user}, {"id", record.user_id}}},
                  {"host", record.host},
                  {"product", {{"name", "notation-pkcs11"}, {"version", record.product_version}}},
                  {"module", json_of(record.module)},
                  {"token", json_or_null(record.token)},
                  {"asked", json_of(record.asked)},
                  {"key", json_or_null(record.made)},
                  {"proof", json_or_null(record.proof)},
                  {"failure", json_or_null(record.failure)}});
}

}  // namespace schema
