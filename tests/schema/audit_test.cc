#include "schema/audit.h"

#include "catch.h"
#include "throws_error.h"

using base::ErrorKind;
using schema::AuditLine;
using schema::AuditOutcome;

namespace {

schema::AuditSubject subject() {
  schema::AuditSubject subject;
  subject.key_name = "release";
  subject.key_sha256 = std::string(64, 'a');
  subject.key_spec = "EC-256";
  subject.algorithm = "ECDSA-SHA-256";
  subject.payload_sha256 = std::string(64, 'b');
  subject.artifact = {"application/vnd.oci.image.manifest.v1+json", "sha256:" + std::string(64, 'c'), 587, {}};
  subject.signing_scheme = "notary.x509";
  subject.certificate_serial = "0a";
  subject.certificate_subject = "CN=release";
  subject.approval_request = "42";
  subject.approval_evidence = R"({"by":["a","b"]})";
  return subject;
}

AuditLine line(decltype(AuditLine::event) event) {
  return {7, std::string(64, 'd'), base::WallTime(std::chrono::seconds(1'795'000'000)), std::move(event)};
}

AuditLine again(const AuditLine& written) {
  return schema::decode_audit_line(schema::encode(written), "line 7");
}

std::string refusal(const std::string& from, const std::string& to) {
  std::string text = schema::encode(line(schema::AuditIntent{subject()}));
  REQUIRE(text.find(from) != std::string::npos);
  text.replace(text.find(from), from.size(), to);
  const base::Error error = error_of([&] { (void)schema::decode_audit_line(text, "line 7"); });
  require_error(error, ErrorKind::unrecorded);
  return error.message();
}

}  // namespace

TEST_CASE("a line of the audit log is read as it was written") {
  const AuditLine intent = line(schema::AuditIntent{subject()});
  CHECK(again(intent) == intent);
  schema::AuditSubject bare;
  bare.purpose = pkcs11::SignPurpose::decision;
  bare.by_service = true;
  const AuditLine small = line(AuditOutcome{std::nullopt, bare, schema::AuditFailure{"pin_refused", "login", "", ""}});
  CHECK(again(small) == small);
  const AuditLine made = line(AuditOutcome{6, subject(), schema::AuditSignature{std::string(64, 'e'), "CKM_ECDSA"}});
  CHECK(again(made) == made);
  const AuditLine fence = line(schema::AuditRecovery{12, std::string(64, 'f')});
  CHECK(again(fence) == fence);
}

TEST_CASE("a line of the audit log stands on one line, whatever the texts in it are") {
  schema::AuditSubject wild = subject();
  wild.key_name = std::string("a\nb\0\x1b\xff", 6) + std::string(5000, '"');
  wild.certificate_subject = std::string(5000, '\n');
  wild.artifact->media_type = std::string(5000, '\x01');
  wild.approval_evidence = "\"" + std::string(16'382, '\\') + "\"";
  const AuditLine written =
      line(AuditOutcome{6, wild, schema::AuditFailure{"internal", "sign", "CKR_OK", std::string(100'000, '\x02')}});
  const std::string text = schema::encode(written);
  CHECK(text.size() <= schema::kMaximumAuditLine);
  CHECK(text.find('\n') == std::string::npos);
  const AuditLine read = schema::decode_audit_line(text, "line 7");
  CHECK(again(read) == read);
}

TEST_CASE("a line of the audit log that is not as it must be is refused") {
  CHECK(refusal("\"event\":\"intent\"", "\"event\":\"guess\"") == "line 7: event: must be intent, outcome or recovery");
  CHECK(refusal("\"sequence\":7", "\"sequence\":0").find("line 7: sequence: must be a whole number from 1") == 0);
  CHECK(refusal("\"previous\":\"d", "\"previous\":\"D").find("previous: must be 64 lower-case") != std::string::npos);
  CHECK(refusal("\"by\":\"token\"", "\"by\":\"me\"") == "line 7: by: must be token or service");
  CHECK(refusal("\"by\":\"token\"", "\"by\":\"token\",\"extra\":1") == "line 7: extra: is not known here");
  CHECK(refusal("\"by\":\"token\"", "\"by\":\"token\",\"by\":\"token\"").find("line 7: ") == 0);
  CHECK(refusal("artifact\"", "artefact\"") == "line 7: purpose: must be artifact, certificate, challenge or decision");
  CHECK(refusal("sha256:c", "sha256:C").find("artifact.digest: does not have 64") != std::string::npos);
  CHECK(refusal("\"version\":1", "\"version\":2").find("needs a newer notation-pkcs11") != std::string::npos);
  const std::string long_text(schema::kMaximumAuditLine + 1, ' ');
  REQUIRE_ERROR(schema::decode_audit_line(long_text, "line 7"), ErrorKind::unrecorded);
}

TEST_CASE("what is no line is told from a line of a newer release") {
  CHECK_FALSE(schema::find_audit_line("", "line 7"));
  CHECK_FALSE(schema::find_audit_line("{\"version\":1}", "line 7"));
  CHECK_FALSE(schema::find_audit_line("{\"version\":1,\"sequ", "line 7"));
  CHECK(schema::find_audit_line(schema::encode(line(schema::AuditIntent{subject()})), "line 7"));
  REQUIRE_ERROR(schema::find_audit_line("{\"version\":2,\"more\":[]}", "line 7"), ErrorKind::unrecorded);
}
