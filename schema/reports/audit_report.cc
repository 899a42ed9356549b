#include "schema/audit_report.h"

#include "audit_json.h"
#include "rfc3339.h"

namespace schema {
namespace {

using Json = AuditJson;

std::string text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const AuditEntry& entry) {
  Json json{{"sequence", entry.sequence}, {"time", format_rfc3339(entry.time)}, {"outcome", outcome_of(entry)}};
  if (entry.outcome_sequence) json["outcomeSequence"] = *entry.outcome_sequence;
  add_subject(json, entry.subject);
  if (entry.signature) add_result(json, *entry.signature);
  if (entry.failure) add_result(json, *entry.failure);
  json.erase("result");
  return json;
}

Json json_of(const std::vector<AuditEntry>& entries) {
  Json list = Json::array();
  for (const AuditEntry& entry : entries)
    list.push_back(json_of(entry));
  return list;
}

Json json_of(const AuditHeadReport& head) {
  return {{"file", head.file},         {"head", std::to_string(head.sequence) + ":" + head.hash},
          {"sequence", head.sequence}, {"hash", head.hash},
          {"lines", head.sequence},    {"exists", head.exists}};
}

}  // namespace

std::string_view outcome_of(const AuditEntry& entry) {
  return entry.signature ? "signed" : entry.failure ? "failed" : "unknown";
}

std::string encode(const AuditShowReport& report) {
  return text({{"file", report.file},
               {"exists", report.exists},
               {"intact", report.fault.empty()},
               {"fault", report.fault},
               {"signatures", json_of(report.entries)}});
}

std::string encode(const AuditHeadReport& report) {
  return text(json_of(report));
}

std::string encode(const AuditVerifyReport& report) {
  Json json{{"intact", report.fault.empty()}, {"fault", report.fault}};
  json.update(json_of(report.head));
  json["checkedHead"] = report.checked_head.empty() ? Json(nullptr) : Json(report.checked_head);
  json["signed"] = report.signatures;
  json["failed"] = report.failures;
  json["unknown"] = json_of(report.unknown);
  json["fragments"] = report.fragments;
  json["fragmentBytes"] = report.fragment_bytes;
  json["tornBytes"] = report.torn_bytes;
  return text(json);
}

std::optional<base::WallTime> parse_audit_time(std::string_view text) {
  constexpr std::size_t kDate = std::string_view("2026-11-21").size();
  return parse_rfc3339(text.size() == kDate ? std::string(text) + "T00:00:00Z" : std::string(text));
}

std::string format_audit_time(base::WallTime time) {
  return format_rfc3339(time);
}

}  // namespace schema
