#include "schema/task_report.h"

#include <nlohmann/json.hpp>

#include "descriptor_json.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const SignedTaskReport& task) {
  Json json{
      {"operation", task.operation},     {"operationText", task.operation_text}, {"key", task.key},
      {"hsmTime", task.hsm_time},        {"sha256", task.bytes_sha256},          {"payloadSha256", task.payload_sha256},
      {"payloadSize", task.payload_size}};
  if (task.artifact) {
    json["notary"] = {{"format", task.format},    {"signingScheme", task.signing_scheme},
                      {"keySpec", task.key_spec}, {"signingTime", task.signing_time},
                      {"expiry", task.expiry},    {"artifact", descriptor_json<Json>(*task.artifact)}};
  }
  return json;
}

Json json_of(const TaskReport& task) {
  Json json{{"id", task.id}, {"requestId", task.request_id}};
  if (task.signed_part) json["signed"] = json_of(*task.signed_part);
  if (!task.fault.empty()) json["fault"] = task.fault;
  Json claims = Json::array();
  for (const auto& [name, value] : task.claims)
    claims.push_back({{"name", name}, {"value", value}});
  json["claimedByRequester"] = claims;
  if (!task.answer.empty()) json["answer"] = task.answer;
  return json;
}

}  // namespace

std::string encode(const std::vector<TaskReport>& tasks) {
  Json list = Json::array();
  for (const TaskReport& task : tasks)
    list.push_back(json_of(task));
  return Json{{"tasks", list}}.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace schema
