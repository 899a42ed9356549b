#include <optional>
#include <string>

#include "expect.h"
#include "schema/audit.h"

namespace {

using fuzz::expect;

bool is_hash(const std::string& text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

void check_subject(const schema::AuditSubject& subject) {
  expect(subject.key_sha256.empty() || is_hash(subject.key_sha256), "a key is known by a hash");
  expect(subject.payload_sha256.empty() || is_hash(subject.payload_sha256), "a payload is known by a hash");
  expect(!subject.artifact || subject.artifact->size >= 0, "an artifact has no negative size");
  expect(!subject.approval_request.empty() || subject.approval_evidence.empty(), "evidence belongs to a request");
}

void check(const schema::AuditLine& line) {
  expect(line.sequence >= 1 && is_hash(line.previous), "a line is a link of a chain");
  if (const auto* intent = std::get_if<schema::AuditIntent>(&line.event)) check_subject(intent->subject);
  if (const auto* outcome = std::get_if<schema::AuditOutcome>(&line.event)) {
    check_subject(outcome->subject);
    const auto* signature = std::get_if<schema::AuditSignature>(&outcome->result);
    expect(signature == nullptr || is_hash(signature->sha256), "a signature is known by a hash");
  }
  if (const auto* fence = std::get_if<schema::AuditRecovery>(&line.event)) {
    expect(fence->size > 0 && is_hash(fence->sha256), "a fence fences something");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  bool is_line = false;
  try {
    const schema::AuditLine line = schema::decode_audit_line(text, "line 1");
    is_line = true;
    check(line);
    const std::string written = schema::encode(line);
    expect(written.size() <= schema::kMaximumAuditLine, "what is written can be read");
    expect(written.find('\n') == std::string::npos, "a line is one line");
    expect(schema::decode_audit_line(written, "line 1") == line, "a line is read as it was written");
  } catch (const base::Error& error) {
    expect(error.kind() == base::ErrorKind::unrecorded, "a refusal is of kind unrecorded");
    fuzz::expect_readable(error);
  }
  try {
    const bool found = schema::find_audit_line(text, "line 1").has_value();
    expect(!found || is_line, "what is found is a line");
  } catch (const base::Error& error) {
    expect(!is_line, "a line is not of a newer release");
    fuzz::expect_readable(error);
  }
  return 0;
}
