#include "schema/key_report.h"

#include "key_json.h"

namespace schema {
namespace {

using Json = OrderedJson;

Json json_of(const AttributeTexts& attributes) {
  Json json = Json::object();
  for (const auto& [name, value] : attributes)
    json[name] = value;
  return json;
}

Json head_of(const TokenReport& token) {
  return {{"label", token.label},
          {"manufacturer", token.manufacturer},
          {"model", token.model},
          {"serial", token.serial},
          {"initialised", token.initialised}};
}

Json json_of(const TokenReport& token) {
  Json json = head_of(token);
  json["keys"] = Json::array();
  for (const KeyReport& key : token.keys)
    json["keys"].push_back(json_of(key));
  return json;
}

Json json_of(const KeyCertificateReport& certificate) {
  return {{"subject", certificate.subject},       {"issuer", certificate.issuer},      {"serial", certificate.serial},
          {"notBefore", certificate.not_before},  {"notAfter", certificate.not_after}, {"expired", certificate.expired},
          {"ofThisKey", certificate.of_this_key}, {"fault", certificate.fault}};
}

Json json_of(const RegistrationProblem& problem) {
  return {{"problem", problem.problem}, {"fix", problem.fix}};
}

template <typename Item>
Json list_of(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items)
    list.push_back(json_of(item));
  return list;
}

}  // namespace

OrderedJson json_of(const KeyReport& key) {
  return {{"uri", key.uri},
          {"keySpec", key.key_spec},
          {"spkiSha256", key.spki_sha256},
          {"usable", key.usable},
          {"private", key.has_private},
          {"public", key.has_public},
          {"certificates", key.certificates}};
}

OrderedJson json_of(const KeyObjectReport& object) {
  return {{"type", object.type}, {"attributes", json_of(object.attributes)}};
}

std::string text_of(const OrderedJson& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string encode(const KeyListReport& report) {
  return text_of({{"module", report.module},
                  {"moduleDescription", report.module_description},
                  {"tokens", list_of(report.tokens)},
                  {"remarks", report.remarks}});
}

std::string encode(const GeneratedKeyReport& report) {
  Json json = json_of(report.key);
  json["key"] = report.key_argument;
  json["token"] = report.token;
  json["module"] = report.module;
  json["mechanism"] = report.mechanism;
  json["sensitive"] = report.sensitive;
  json["extractable"] = report.extractable;
  json["neverExtractable"] = report.never_extractable;
  json["local"] = report.local;
  json["alwaysAuthenticate"] = report.always_authenticate;
  json["proved"] = report.proved;
  json["records"] = report.records;
  return text_of(json);
}

std::string encode(const KeyPlanReport& report) {
  return text_of({{"dryRun", true},
                  {"token", report.token},
                  {"module", report.module},
                  {"keySpec", report.key_spec},
                  {"label", report.label},
                  {"id", report.id},
                  {"mechanisms", report.mechanisms},
                  {"publicTemplate", json_of(report.public_half)},
                  {"privateTemplate", json_of(report.private_half)}});
}

std::string encode(const KeyDescriptionReport& report) {
  Json json = json_of(report.key);
  json["key"] = report.key_argument;
  json["module"] = report.module;
  json["token"] = head_of(report.token);
  json["objects"] = list_of(report.objects);
  json["mechanisms"] = report.mechanisms;
  json["foundCertificates"] = list_of(report.certificates);
  json["remarks"] = report.remarks;
  return text_of(json);
}

std::string encode(const DeletedKeyReport& report) {
  return text_of({{"uri", report.key.uri},
                  {"keySpec", report.key.key_spec},
                  {"spkiSha256", report.key.spki_sha256},
                  {"token", report.token},
                  {"destroyed", true},
                  {"certificatesDestroyed", report.certificates_destroyed},
                  {"certificatesLeft", report.certificates_left},
                  {"stillConfigured", report.still_configured},
                  {"stillRegistered", report.still_registered}});
}

std::string encode(const KeyRegistrationReport& report) {
  return text_of({{"name", report.name},
                  {"id", report.id},
                  {"keySpec", report.key_spec},
                  {"pluginConfig", report.plugin_config},
                  {"default", report.as_default},
                  {"command", report.command},
                  {"commandLine", report.command_line},
                  {"registered", report.registered},
                  {"wasRegistered", report.was_registered},
                  {"problems", list_of(report.problems)}});
}

}  // namespace schema
