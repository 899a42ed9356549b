#include "schema/exec_approval.h"

#include <algorithm>
#include <array>

#include "approval_request.h"
#include "base/bytes.h"
#include "document.h"
#include "rfc3339.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kLongestRetry = 86'400;   // seconds
constexpr std::size_t kMaximumEvidence = 16'384;  // bytes

std::optional<std::chrono::seconds> retry_after(DocumentObject& answer) {
  return answer.find_seconds("retry_after", 0, kLongestRetry);
}

std::string text(DocumentObject& answer, std::string_view name) {
  return answer.find_text(name, kMaximumText).value_or("");
}

ApprovalAnswer waiting(DocumentObject& answer) {
  ApprovalWaiting waiting;
  waiting.approved = answer.find_names("approved");
  waiting.missing = answer.find_names("missing");
  waiting.refused = answer.find_names("refused");
  waiting.where = text(answer, "where");
  waiting.retry_after = retry_after(answer);
  waiting.warning = text(answer, "message");
  return waiting;
}

ApprovalAnswer permitted(DocumentObject& answer) {
  ApprovalPermitted permitted;
  permitted.approved = answer.find_names("approved");
  if (const auto until = answer.find_text("until", kMaximumText)) {
    const std::optional<base::WallTime> time = parse_rfc3339(*until);
    if (!time) answer.refuse("until", "must be a time of RFC 3339 like 2026-11-21T01:48:29Z, between 1970 and 2262");
    permitted.until = std::chrono::floor<std::chrono::seconds>(*time);
  }
  if (const Json* evidence = answer.find("evidence")) {
    if (!evidence->is_object()) answer.refuse("evidence", "must be an object");
    permitted.evidence = compact(*evidence);
    if (permitted.evidence.size() > kMaximumEvidence) {
      answer.refuse("evidence", "is longer than " + std::to_string(kMaximumEvidence) + " bytes");
    }
  }
  return permitted;
}

ApprovalAnswer refused(DocumentObject& answer) {
  return ApprovalRefused{answer.find_names("by"), text(answer, "reason")};
}

ApprovalAnswer expired(DocumentObject&) {
  return ApprovalExpired{};
}

ApprovalAnswer withdrawn(DocumentObject&) {
  return ApprovalWithdrawn{};
}

ApprovalAnswer failed(DocumentObject& answer) {
  ApprovalFailed failed;
  failed.message = answer.filled_text("message", kMaximumText);
  failed.retryable = answer.find_boolean("retryable").value_or(false);
  failed.retry_after = retry_after(answer);
  return failed;
}

struct Status {
  std::string_view name;
  ApprovalAnswer (*decode)(DocumentObject&);
  bool while_asking, on_redeem, on_withdraw;
};
constexpr std::array<Status, 6> kStatuses{{{"waiting", waiting, true, false, false},
                                           {"permitted", permitted, true, true, true},
                                           {"refused", refused, true, true, true},
                                           {"expired", expired, true, true, true},
                                           {"withdrawn", withdrawn, true, false, true},
                                           {"failed", failed, true, true, true}}};

bool belongs_to(const Status& status, ExecVerb verb) {
  switch (verb) {
    case ExecVerb::submit:
    case ExecVerb::poll:
      return status.while_asking;
    case ExecVerb::redeem:
      return status.on_redeem;
    case ExecVerb::withdraw:
      return status.on_withdraw;
  }
  return false;
}

const Status& decode_status(DocumentObject& answer, ExecVerb verb) {
  constexpr std::string_view kName = "status";
  const std::string name = answer.text(kName, kMaximumText);
  if (name == "signed") answer.refuse(kName, "signed is refused, because a program cannot sign; the token does");
  const auto* status =
      std::find_if(kStatuses.begin(), kStatuses.end(), [&](const Status& entry) { return entry.name == name; });
  if (status == kStatuses.end()) {
    answer.refuse(kName, base::quoted(name) + " is none of waiting, permitted, refused, expired, withdrawn, failed");
  }
  if (!belongs_to(*status, verb)) answer.refuse(kName, name + " is no answer to " + std::string(name_of(verb)));
  return *status;
}

}  // namespace

std::string_view name_of(ExecVerb verb) {
  switch (verb) {
    case ExecVerb::submit:
      return "submit";
    case ExecVerb::poll:
      return "poll";
    case ExecVerb::redeem:
      return "redeem";
    case ExecVerb::withdraw:
      return "withdraw";
  }
  return "";
}

std::string encode_exec_question(ExecVerb verb, const ApprovalRequest& request, std::string_view service_id) {
  Json question{{"version", kVersion}, {"verb", name_of(verb)}, {"request", json_of(request)}};
  if (!service_id.empty()) question["service_id"] = service_id;
  return compact(question);
}

ExecAnswer decode_exec_answer(std::string_view json, ExecVerb verb, std::string_view program) {
  const DocumentRefusal refusal{
      base::ErrorKind::service_failed, base::Phase::approval,
      "cannot use the answer of " + base::printable(program) + " to " + std::string(name_of(verb)),
      "the program must print one JSON object; docs/writing-a-backend.md tells its members"};
  const Json document = parse_document(json, kMaximumExecAnswerSize, refusal);
  DocumentObject object(document, "", refusal);
  object.check_version(kVersion, false);
  const Status& status = decode_status(object, verb);
  ExecAnswer answer;
  answer.service_id = object.find_text("service_id", kMaximumText).value_or("");
  answer.answer = status.decode(object);
  object.finish("does not belong to the status " + std::string(status.name));
  return answer;
}

}  // namespace schema
