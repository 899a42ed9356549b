#include "schema/approval.h"

#include <algorithm>
#include <array>

#include "approval_request.h"
#include "base/base64.h"
#include "document.h"
#include "rfc3339.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kMaximumPlace = 4096;       // bytes; a path or a URL
constexpr std::size_t kMaximumBackend = 64;       // bytes
constexpr std::size_t kMaximumEvidence = 16'384;  // bytes
constexpr std::size_t kMaximumSignature = 4096;   // base64 digits
constexpr std::int64_t kLongestRetry = 86'400;    // seconds

struct StateName {
  TicketState state;
  std::string_view name;
};
constexpr std::array<StateName, 5> kStates{{{TicketState::intended, "intended"},
                                            {TicketState::open, "open"},
                                            {TicketState::permitted, "permitted"},
                                            {TicketState::refused, "refused"},
                                            {TicketState::executed, "executed"}}};

Json names(const std::vector<std::string>& names) {
  Json list = Json::array();
  for (const std::string& name : names) {
    if (list.size() < kMaximumNames) list.push_back(cut(name, kMaximumName));
  }
  return list;
}

Json json_of(const ApprovalWaiting& progress) {
  Json json{{"approved", names(progress.approved)},       {"missing", names(progress.missing)},
            {"refused", names(progress.refused)},         {"executing", progress.executing},
            {"where", cut(progress.where, kMaximumText)}, {"warning", cut(progress.warning, kMaximumText)}};
  if (progress.retry_after) {
    json["retry_after"] = std::clamp<std::int64_t>(progress.retry_after->count(), 0, kLongestRetry);
  }
  return json;
}

ApprovalWaiting decode_progress(DocumentObject object) {
  ApprovalWaiting progress;
  progress.approved = object.names("approved");
  progress.missing = object.names("missing");
  progress.refused = object.names("refused");
  progress.executing = object.boolean("executing");
  progress.where = object.text("where", kMaximumText);
  progress.warning = object.text("warning", kMaximumText);
  progress.retry_after = object.find_seconds("retry_after", 0, kLongestRetry);
  object.finish();
  return progress;
}

Json json_of(const ApprovalPermitted& permission) {
  Json json{{"approved", names(permission.approved)}, {"evidence", permission.evidence}};
  if (permission.until) json["until"] = format_rfc3339(*permission.until);
  return json;
}

ApprovalPermitted decode_permission(DocumentObject object) {
  ApprovalPermitted permission;
  permission.approved = object.names("approved");
  permission.evidence = object.text("evidence", kMaximumEvidence);
  if (!permission.evidence.empty() && !parse_strict(permission.evidence).fault.empty()) {
    object.refuse("evidence", "is not the text of a JSON value");
  }
  if (object.has("until")) permission.until = object.time("until");
  object.finish();
  return permission;
}

Json json_of(const ApprovalRefused& refusal) {
  return {{"by", names(refusal.by)}, {"reason", cut(refusal.reason, kMaximumText)}};
}

ApprovalRefused decode_refusal(DocumentObject object) {
  ApprovalRefused refusal;
  refusal.by = object.names("by");
  refusal.reason = object.text("reason", kMaximumText);
  object.finish();
  return refusal;
}

Json json_of(const ApprovalSigned& result) {
  return {{"signature", base::encode_base64(result.signature)}, {"approved", names(result.approved)}};
}

ApprovalSigned decode_result(DocumentObject object) {
  ApprovalSigned result;
  std::optional<base::Bytes> signature = base::decode_base64(object.filled_text("signature", kMaximumSignature));
  if (!signature) object.refuse("signature", "is not base64");
  result.signature = *std::move(signature);
  result.approved = object.names("approved");
  object.finish();
  return result;
}

Json json_of(const Ticket& ticket) {
  Json json{{"version", kVersion},
            {"request", json_of(ticket.request)},
            {"backend", ticket.backend},
            {"place", cut(ticket.place, kMaximumPlace)},
            {"state", name_of(ticket.state)},
            {"progress", json_of(ticket.progress)},
            {"newest", format_rfc3339(ticket.newest)}};
  if (!ticket.payload_sha256.empty()) json["payload_sha256"] = ticket.payload_sha256;
  if (!ticket.service_id.empty()) json["service_id"] = ticket.service_id;
  if (ticket.permission) json["permission"] = json_of(*ticket.permission);
  if (ticket.refusal) json["refusal"] = json_of(*ticket.refusal);
  if (ticket.result) json["result"] = json_of(*ticket.result);
  return json;
}

TicketState decode_state(DocumentObject& ticket) {
  const std::string name = ticket.text("state", kMaximumText);
  const auto* known =
      std::find_if(kStates.begin(), kStates.end(), [&](const StateName& entry) { return entry.name == name; });
  if (known == kStates.end()) ticket.refuse("state", "must be intended, open, permitted, refused or executed");
  return known->state;
}

// What belongs to one state is there in that state and in no other.
void check_belongs(const DocumentObject& document, const Ticket& ticket, TicketState state, std::string_view member) {
  const bool wanted = ticket.state == state;
  if (wanted == document.has(member)) return;
  const std::string cause = wanted ? "is missing in the state " : "does not belong to the state ";
  document.refuse(member, cause + std::string(name_of(ticket.state)));
}

std::string without_names(Ticket ticket) {
  ticket.progress.approved.clear();
  ticket.progress.missing.clear();
  ticket.progress.refused.clear();
  if (ticket.permission) ticket.permission->approved.clear();
  if (ticket.refusal) ticket.refusal->by.clear();
  if (ticket.result) ticket.result->approved.clear();
  return compact(json_of(ticket));
}

}  // namespace

ApprovalSubject subject_of(const NotaryPayload& payload) {
  ApprovalSubject subject{payload.target, payload.signing_scheme, std::nullopt};
  if (payload.expiry) {
    subject.lifetime = std::chrono::duration_cast<std::chrono::seconds>(*payload.expiry - payload.signing_time);
  }
  return subject;
}

std::string canonical(const ApprovalSubject& subject) {
  return compact(json_of(subject));
}

std::string_view name_of(TicketState state) {
  const auto* known =
      std::find_if(kStates.begin(), kStates.end(), [&](const StateName& entry) { return entry.state == state; });
  return known == kStates.end() ? "" : known->name;
}

std::string encode(const Ticket& ticket) {
  std::string text = compact(json_of(ticket));
  if (text.size() > kMaximumTicketSize) text = without_names(ticket);
  if (text.size() > kMaximumTicketSize) {
    throw base::Error(base::ErrorKind::invalid_payload, base::Phase::approval,
                      "cannot ask for approval of " + base::printable(ticket.request.subject.artifact.digest) +
                          ": its annotations are too long to be kept with the request");
  }
  return text;
}

Ticket decode_ticket(std::string_view json, std::string_view file_name) {
  const DocumentRefusal refusal{base::ErrorKind::invalid_settings,
                                base::Phase::approval,
                                "cannot read the approval ticket " + base::printable(file_name, kMaximumPlace),
                                {}};
  const Json document = parse_document(json, kMaximumTicketSize, refusal);
  DocumentObject object(document, "", refusal);
  object.check_version(kVersion, true);
  Ticket ticket;
  DocumentObject request = object.object("request");
  ticket.request = decode_request(request);
  ticket.backend = object.filled_text("backend", kMaximumBackend);
  ticket.place = object.text("place", kMaximumPlace);
  if (object.has("payload_sha256")) ticket.payload_sha256 = object.hexadecimal("payload_sha256", kSha256Digits);
  ticket.state = decode_state(object);
  if (object.has("service_id")) ticket.service_id = object.filled_text("service_id", kMaximumText);
  ticket.progress = decode_progress(object.object("progress"));
  ticket.newest = object.time("newest");
  check_belongs(object, ticket, TicketState::permitted, "permission");
  check_belongs(object, ticket, TicketState::refused, "refusal");
  check_belongs(object, ticket, TicketState::executed, "result");
  if (ticket.state == TicketState::permitted) ticket.permission = decode_permission(object.object("permission"));
  if (ticket.state == TicketState::refused) ticket.refusal = decode_refusal(object.object("refusal"));
  if (ticket.state == TicketState::executed) ticket.result = decode_result(object.object("result"));
  object.finish();
  return ticket;
}

}  // namespace schema
