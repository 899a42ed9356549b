#include <algorithm>
#include <array>

#include "base/base64.h"
#include "schema/tsb.h"
#include "strict_json.h"
#include "tsb_reply.h"

namespace schema {
namespace {

using tsb::parse_reply;
using tsb::refuse_reply;
using tsb::ReplyObject;

constexpr std::size_t kLongestId = 200;
constexpr std::size_t kLongestSignature = 16'384;  // bytes

constexpr std::array<std::pair<std::string_view, TsbState>, 7> kStates{{{"PENDING", TsbState::pending},
                                                                        {"APPROVED", TsbState::approved},
                                                                        {"EXECUTED", TsbState::executed},
                                                                        {"FAILED", TsbState::failed},
                                                                        {"EXPIRED", TsbState::expired},
                                                                        {"REJECTED", TsbState::rejected},
                                                                        {"CANCELLED", TsbState::cancelled}}};

base::Bytes checked_signature(base::Bytes signature) {
  if (signature.size() > kLongestSignature) refuse_reply("the signature is too long");
  return signature;
}

void add_approver(TsbKey& key, const ReplyObject& approval) {
  TsbApprover approver;
  approver.name = approval.text("name").value_or("");
  base::Bytes value = approval.base64("value").value_or(base::Bytes{});
  const std::string type = approval.text("type").value_or("");
  if (type == "public_key") {
    approver.public_key = std::move(value);
  } else {
    approver.certificate = std::move(value);
  }
  if (std::find(key.approvers.begin(), key.approvers.end(), approver) == key.approvers.end()) {
    key.approvers.push_back(std::move(approver));
  }
}

void read_policy(TsbKey& key, const ReplyObject& policy) {
  if (const auto status = policy.object("keyStatus")) key.blocked = status->boolean("blocked");
  const auto rule = policy.object("ruleUse");
  if (!rule) return;
  for (const ReplyObject& token : rule->objects("tokens")) {
    key.needs_approval = true;
    for (const ReplyObject& group : token.objects("groups")) {
      for (const ReplyObject& approval : group.objects("approvals"))
        add_approver(key, approval);
    }
  }
}

bool is_reason(std::string_view text) {
  constexpr std::string_view kBegin = "res.error.";
  constexpr std::size_t kLongest = 100;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_';
  };
  return text.starts_with(kBegin) && text.size() <= kLongest && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

TsbKey decode_tsb_key(std::string_view json) {
  const auto value = parse_reply(json, kMaximumTsbReply);
  const auto attributes = ReplyObject(value, {}).object("json");
  if (!attributes) refuse_reply("json is missing");
  TsbKey key;
  key.algorithm = attributes->text("algorithm").value_or("");
  key.public_key = attributes->required_base64("publicKey");
  key.needs_approval = false;
  if (const auto policy = attributes->object("policy")) read_policy(key, *policy);
  return key;
}

std::string decode_tsb_sign_request_id(std::string_view json) {
  const auto value = parse_reply(json, kMaximumTsbReply);
  std::string id = ReplyObject(value, {}).required_text("signRequestId");
  if (id.size() > kLongestId || base::printable(id) != id) refuse_reply("signRequestId is not the id of a request");
  return id;
}

base::Bytes decode_tsb_signature(std::string_view json) {
  const auto value = parse_reply(json, kMaximumTsbReply);
  return checked_signature(ReplyObject(value, {}).required_base64("signature"));
}

TsbRequestStatus decode_tsb_request_status(std::string_view json) {
  const auto value = parse_reply(json, kMaximumTsbReply);
  const ReplyObject reply(value, {});
  TsbRequestStatus status;
  status.state_text = reply.required_text("status");
  const auto known =
      std::find_if(kStates.begin(), kStates.end(), [&](const auto& state) { return state.first == status.state_text; });
  if (known != kStates.end()) status.state = known->second;
  status.approved_by = reply.texts("approvedBy");
  status.not_yet_approved_by = reply.texts("notYetApprovedBy");
  status.rejected_by = reply.texts("rejectedBy");
  if (status.state == TsbState::executed) {
    status.result = checked_signature(reply.base64("result").value_or(base::Bytes{}));
  }
  return status;
}

std::vector<std::string> decode_tsb_certificates(std::string_view json) {
  const auto value = parse_reply(json, kMaximumTsbReply);
  const ReplyObject reply(value, {});
  const nlohmann::json* certificate = reply.find("certificate");
  if (certificate != nullptr && certificate->is_array()) return reply.texts("certificate");
  return {reply.required_text("certificate")};
}

TsbFault decode_tsb_fault(std::string_view body) {
  TsbFault fault;
  if (body.size() > kMaximumTsbReply) return fault;
  const StrictJson json = parse_strict(body);
  if (!json.fault.empty() || !json.value.is_object()) return fault;
  constexpr std::uint64_t kLargestCode = 99'999;
  const auto code = json.value.find("errorCode");
  if (code != json.value.end() && code->is_number_unsigned() && code->get<std::uint64_t>() <= kLargestCode) {
    fault.code = code->get<int>();
  }
  const auto reason = json.value.find("reason");
  if (reason != json.value.end() && reason->is_string() && is_reason(reason->get_ref<const std::string&>())) {
    fault.reason = reason->get<std::string>();
  }
  return fault;
}

}  // namespace schema
