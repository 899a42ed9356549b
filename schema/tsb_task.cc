#include "schema/tsb_task.h"

#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "schema/tsb.h"
#include "strict_json.h"
#include "tsb_reply.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;
using tsb::ReplyObject;

constexpr std::string_view kDetailLevel = "level3";
constexpr std::size_t kMostMetadata = 65'536;  // bytes

std::string compact(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void add_proof(Json& json, const TsbApproverProof& proof) {
  json["timestamp"] = proof.timestamp;
  json["timestampSignature"] = base::encode_base64(proof.signature);
  json["timestampDigestAlgorithm"] = proof.digest;
  json["approverPublicKey"] = base::encode_base64(proof.public_key);
}

// The request as it was sent stands in requestBase64, or as an object; both are what the service says.
std::string request_text(const ReplyObject& task) {
  if (const auto bytes = task.base64("requestBase64")) return base::text_of(*bytes);
  const nlohmann::json* request = task.find("signedSignRequest");
  if (request == nullptr) return {};
  if (request->is_string()) return request->get<std::string>();
  return request->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TsbTask task_of(const ReplyObject& reply) {
  TsbTask task;
  task.id = reply.required_text("id");
  task.approval_to_be_signed = reply.required_base64("approvalToBeSigned");
  task.approver_public_key = reply.base64("approverPublicKey").value_or(base::Bytes{});
  task.payload = reply.base64("payload");
  task.payload_type = reply.text("payloadType").value_or("");
  task.metadata = base::text_of(reply.base64("metaData").value_or(base::Bytes{}));
  task.metadata_signature = reply.base64("metaDataSignature").value_or(base::Bytes{});
  task.request = request_text(reply);
  if (const auto status = reply.object("requestStatus")) task.request_id = status->text("id").value_or("");
  return task;
}

}  // namespace

std::string encode_tsb_task_question(const TsbApproverProof& proof, const std::string& request, unsigned page,
                                     unsigned page_size) {
  Json json;
  add_proof(json, proof);
  if (!request.empty()) json["requestId"] = request;
  json["detailLevel"] = kDetailLevel;
  json["paging"] = {{"pageNumber", page}, {"pageSize", page_size}, {"sortOrder", "CREATION_DATE_ASC"}};
  return compact(json);
}

std::vector<TsbTask> decode_tsb_tasks(std::string_view json) {
  const auto value = tsb::parse_reply(json, kMaximumTsbTaskReply);
  const ReplyObject reply(value, {});
  if (reply.find("tasks") == nullptr) tsb::refuse_reply("tasks is missing");
  std::vector<TsbTask> tasks;
  for (const ReplyObject& task : reply.objects("tasks"))
    tasks.push_back(task_of(task));
  return tasks;
}

std::optional<std::vector<std::pair<std::string, std::string>>> read_tsb_metadata(std::string_view metadata) {
  if (metadata.size() > kMostMetadata) return std::nullopt;
  const StrictJson json = parse_strict(metadata);
  if (!json.fault.empty() || !json.value.is_object()) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> members;
  for (const auto& [name, value] : json.value.items()) {
    members.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return members;
}

std::string encode_tsb_approval(const TsbTask& task, base::ByteView signature, const std::string& digest,
                                base::ByteView public_key) {
  Json json;
  json["id"] = task.id;
  json["approvalToBeSigned"] = base::encode_base64(task.approval_to_be_signed);
  json["signature"] = base::encode_base64(signature);
  json["approvalDigestAlgorithm"] = digest;
  json["approverPublicKey"] = base::encode_base64(public_key);
  return compact(json);
}

std::string encode_tsb_refusal(const std::string& task, const TsbApproverProof& proof) {
  Json json;
  json["id"] = task;
  add_proof(json, proof);
  return compact(json);
}

}  // namespace schema
