#include "schema/audit.h"

#include <algorithm>
#include <array>

#include "approval_request.h"
#include "audit_json.h"
#include "base/bytes.h"
#include "base/error.h"
#include "digest_text.h"
#include "document.h"
#include "rfc3339.h"
#include "strict_json.h"

namespace schema {
namespace {

using Json = AuditJson;
using pkcs11::SignPurpose;

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kMaximumWord = 128;         // bytes; names of our own and of standards
constexpr std::size_t kMaximumDigest = 136;       // "sha512:" and its digits
constexpr std::size_t kMaximumEvidence = 16'384;  // bytes, as in a ticket
constexpr std::uint64_t kMost = 1ULL << 53U;      // what every reader of JSON takes for a whole number

struct PurposeName {
  SignPurpose purpose;
  std::string_view name;
};
constexpr std::array<PurposeName, 5> kPurposes{{{SignPurpose::artifact, "artifact"},
                                                {SignPurpose::certificate, "certificate"},
                                                {SignPurpose::challenge, "challenge"},
                                                {SignPurpose::decision, "decision"},
                                                {SignPurpose::pkcs1_request, "certificate"}}};

void add(Json& json, const char* name, const std::string& text, std::size_t maximum) {
  if (!text.empty()) json[name] = cut(text, maximum);
}

void add_event(Json& json, const AuditIntent& intent) {
  json["event"] = "intent";
  add_subject(json, intent.subject);
}

void add_event(Json& json, const AuditOutcome& outcome) {
  json["event"] = "outcome";
  if (outcome.intent) json["intent"] = *outcome.intent;
  std::visit([&](const auto& result) { add_result(json, result); }, outcome.result);
  add_subject(json, outcome.subject);
}

void add_event(Json& json, const AuditRecovery& recovery) {
  json["event"] = "recovery";
  json["fragment"] = {{"size", recovery.size}, {"sha256", recovery.sha256}};
}

std::string find(DocumentObject& object, std::string_view name, std::size_t maximum) {
  return object.has(name) ? object.filled_text(name, maximum) : std::string();
}

SignPurpose decode_purpose(DocumentObject& object) {
  const std::string name = object.text("purpose", kMaximumWord);
  const auto* known =
      std::find_if(kPurposes.begin(), kPurposes.end(), [&](const PurposeName& entry) { return entry.name == name; });
  if (known == kPurposes.end()) object.refuse("purpose", "must be artifact, certificate, challenge or decision");
  return known->purpose;
}

Descriptor decode_artifact(DocumentObject object) {
  Descriptor artifact;
  artifact.media_type = object.text("mediaType", kMaximumName);
  artifact.digest = object.text("digest", kMaximumDigest);
  if (const std::string fault = fault_in_digest(artifact.digest); !fault.empty()) object.refuse("digest", fault);
  artifact.size = static_cast<std::int64_t>(object.whole_number("size", 0, INT64_MAX));
  object.finish();
  return artifact;
}

AuditSubject decode_subject(DocumentObject& line) {
  AuditSubject subject;
  subject.purpose = decode_purpose(line);
  const std::string by = line.text("by", kMaximumWord);
  subject.by_service = by == "service";
  if (by != "service" && by != "token") line.refuse("by", "must be token or service");
  DocumentObject key = line.object("key");
  subject.key_name = key.text("name", kMaximumName);
  if (key.has("spkiSha256")) subject.key_sha256 = key.hexadecimal("spkiSha256", kSha256Digits);
  subject.key_spec = find(key, "spec", kMaximumWord);
  key.finish();
  subject.algorithm = find(line, "algorithm", kMaximumWord);
  if (line.has("payloadSha256")) subject.payload_sha256 = line.hexadecimal("payloadSha256", kSha256Digits);
  if (line.has("artifact")) subject.artifact = decode_artifact(line.object("artifact"));
  subject.signing_scheme = find(line, "signingScheme", kMaximumWord);
  if (line.has("certificate")) {
    DocumentObject certificate = line.object("certificate");
    subject.certificate_serial = certificate.filled_text("serial", kMaximumWord);
    subject.certificate_subject = certificate.text("subject", kMaximumText);
    certificate.finish();
  }
  if (line.has("approval")) {
    DocumentObject approval = line.object("approval");
    subject.approval_request = approval.filled_text("request", kMaximumWord);
    subject.approval_evidence = find(approval, "evidence", kMaximumEvidence);
    approval.finish();
  }
  return subject;
}

AuditFailure decode_failure(DocumentObject error) {
  AuditFailure failure;
  failure.kind = error.filled_text("kind", kMaximumWord);
  failure.phase = error.filled_text("phase", kMaximumWord);
  failure.return_value = find(error, "ckr", kMaximumWord);
  failure.message = error.text("message", kMaximumText);
  error.finish();
  return failure;
}

AuditOutcome decode_outcome(DocumentObject& line) {
  AuditOutcome outcome;
  if (line.has("intent")) outcome.intent = line.whole_number("intent", 1, kMost);
  const std::string result = line.text("result", kMaximumWord);
  if (result == "signed") {
    AuditSignature signature;
    signature.sha256 = line.hexadecimal("signatureSha256", kSha256Digits);
    signature.mechanism = find(line, "mechanism", kMaximumWord);
    outcome.result = std::move(signature);
  } else if (result == "failed") {
    outcome.result = decode_failure(line.object("error"));
  } else {
    line.refuse("result", "must be signed or failed");
  }
  outcome.subject = decode_subject(line);
  return outcome;
}

AuditRecovery decode_recovery(DocumentObject fragment) {
  AuditRecovery recovery;
  recovery.size = fragment.whole_number("size", 1, kMost);
  recovery.sha256 = fragment.hexadecimal("sha256", kSha256Digits);
  fragment.finish();
  return recovery;
}

bool is_of_newer_release(std::string_view text) {
  const StrictJson parsed = parse_strict(text);
  if (!parsed.fault.empty() || !parsed.value.is_object()) return false;
  const auto version = parsed.value.find("version");
  return version != parsed.value.end() && version->is_number_unsigned() && *version > kVersion;
}

}  // namespace

void add_subject(Json& json, const AuditSubject& subject) {
  json["purpose"] = name_of(subject.purpose);
  json["by"] = subject.by_service ? "service" : "token";
  json["key"] = {{"name", cut(subject.key_name, kMaximumName)}};
  add(json["key"], "spkiSha256", subject.key_sha256, kSha256Digits);
  add(json["key"], "spec", subject.key_spec, kMaximumWord);
  add(json, "algorithm", subject.algorithm, kMaximumWord);
  add(json, "payloadSha256", subject.payload_sha256, kSha256Digits);
  if (subject.artifact) {
    json["artifact"] = {{"mediaType", cut(subject.artifact->media_type, kMaximumName)},
                        {"digest", subject.artifact->digest},
                        {"size", subject.artifact->size}};
  }
  add(json, "signingScheme", subject.signing_scheme, kMaximumWord);
  if (!subject.certificate_serial.empty()) {
    json["certificate"] = {{"serial", cut(subject.certificate_serial, kMaximumWord)},
                           {"subject", cut(subject.certificate_subject, kMaximumText)}};
  }
  if (!subject.approval_request.empty()) {
    json["approval"] = {{"request", cut(subject.approval_request, kMaximumWord)}};
    add(json["approval"], "evidence", subject.approval_evidence, kMaximumEvidence);
  }
}

void add_result(Json& json, const AuditSignature& signature) {
  json["result"] = "signed";
  json["signatureSha256"] = signature.sha256;
  add(json, "mechanism", signature.mechanism, kMaximumWord);
}

void add_result(Json& json, const AuditFailure& failure) {
  json["result"] = "failed";
  Json error{{"kind", cut(failure.kind, kMaximumWord)}, {"phase", cut(failure.phase, kMaximumWord)}};
  add(error, "ckr", failure.return_value, kMaximumWord);
  error["message"] = cut(failure.message, kMaximumText);
  json["error"] = std::move(error);
}

std::string_view name_of(SignPurpose purpose) {
  const auto* known = std::find_if(kPurposes.begin(), kPurposes.end(),
                                   [&](const PurposeName& entry) { return entry.purpose == purpose; });
  return known == kPurposes.end() ? "" : known->name;
}

std::string encode(const AuditLine& line) {
  Json json{{"version", kVersion},
            {"sequence", line.sequence},
            {"previous", line.previous},
            {"time", format_rfc3339(line.time)}};
  std::visit([&](const auto& event) { add_event(json, event); }, line.event);
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kMaximumAuditLine) {
    throw base::Error(base::ErrorKind::internal, base::Phase::audit, "a line of the audit log became too long");
  }
  return text;
}

AuditLine decode_audit_line(std::string_view text, std::string_view place) {
  const DocumentRefusal refusal{base::ErrorKind::unrecorded, base::Phase::audit, std::string(place), {}};
  const nlohmann::json document = parse_document(text, kMaximumAuditLine, refusal);
  DocumentObject object(document, "", refusal);
  object.check_version(kVersion, true);
  AuditLine line;
  line.sequence = object.whole_number("sequence", 1, kMost);
  line.previous = object.hexadecimal("previous", kSha256Digits);
  line.time = object.time("time");
  const std::string event = object.text("event", kMaximumWord);
  if (event == "intent") {
    line.event = AuditIntent{decode_subject(object)};
  } else if (event == "outcome") {
    line.event = decode_outcome(object);
  } else if (event == "recovery") {
    line.event = decode_recovery(object.object("fragment"));
  } else {
    object.refuse("event", "must be intent, outcome or recovery");
  }
  object.finish();
  return line;
}

std::optional<AuditLine> find_audit_line(std::string_view text, std::string_view place) {
  if (text.empty() || text.size() > kMaximumAuditLine || text.front() != '{' || text.back() != '}') return std::nullopt;
  try {
    return decode_audit_line(text, place);
  } catch (const base::Error&) {
    if (is_of_newer_release(text)) throw;
    return std::nullopt;
  }
}

}  // namespace schema
