#include "signing/audit_step.h"

#include <filesystem>

#include "flow_fixture.h"
#include "signing/audited_service.h"
#include "throws_error.h"
#include "trust/public_key.h"

using base::ErrorKind;

namespace {

std::vector<schema::AuditLine> lines_of(const Flow& flow) {
  std::vector<schema::AuditLine> lines;
  signing::AuditCheck check;
  auto reader = platform::LineReader::open(flow.folder / "notation-pkcs11/audit.jsonl", schema::kMaximumAuditLine);
  while (reader) {
    const auto part = reader->next();
    if (!part) break;
    if (auto line = check.take(*part)) lines.push_back(std::move(*line));
  }
  check.finish();
  CHECK(check.fault().empty());
  return lines;
}

const schema::AuditOutcome& outcome_in(const schema::AuditLine& line) {
  return std::get<schema::AuditOutcome>(line.event);
}

// The key by name, with what its settings say of the record.
void configure(Flow& flow, const std::string& audit) {
  flow.settings.user = flow.folder.write("config.json", R"({"version":1,"keys":{"release":{
      "uri":"pkcs11:token=prod;object=release","module":")" +
                                                            flow.module() + R"(","chain_file":")" + flow.chain_file +
                                                            R"(","pin_source":"file:)" + flow.pin_file +
                                                            R"(","audit":")" + audit + R"("}}})");
}

void spoil_log(const Flow& flow) {
  std::filesystem::create_directories(flow.folder / "notation-pkcs11/audit.jsonl");
  TemporaryFolder::set_mode(flow.folder / "notation-pkcs11", 0700);
}

}  // namespace

TEST_CASE("a signature leaves an intent and an outcome that name all of it") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  configure(flow, "on");
  const signing::SignedArtifact artifact = flow.sign("release", {});
  const auto lines = lines_of(flow);
  REQUIRE(lines.size() == 2);
  const schema::AuditSubject& subject = std::get<schema::AuditIntent>(lines[0].event).subject;
  CHECK(subject.purpose == pkcs11::SignPurpose::artifact);
  CHECK(subject.key_name == "release");
  CHECK(subject.key_sha256 == trust::spki_sha256(flow.key.public_key()));
  CHECK(subject.key_spec == "EC-256");
  CHECK(subject.algorithm == "ECDSA-SHA-256");
  CHECK(subject.signing_scheme == "notary.x509");
  REQUIRE(subject.artifact.has_value());
  CHECK(subject.artifact->digest == "sha256:43a6f438a3e5452a4543f28fc27967968f26a36b885db7ce97ecfbbad3daaef9");
  CHECK(subject.artifact->size == 587);
  CHECK(subject.certificate_serial == artifact.chain.leaf_serial());
  CHECK(subject.certificate_subject == artifact.chain.leaf_subject());
  CHECK_FALSE(subject.by_service);
  const schema::AuditOutcome& outcome = outcome_in(lines[1]);
  CHECK(outcome.intent == 1);
  CHECK(outcome.subject == subject);
  const schema::AuditSignature made{trust::sha256_hex(artifact.signature.bytes()), "CKM_ECDSA"};
  CHECK(std::get<schema::AuditSignature>(outcome.result) == made);
}

TEST_CASE("a describe-key leaves no line") {
  Flow flow(false);
  flow.plain_token();
  flow.describe({{"chain_file", flow.chain_file}});
  CHECK_FALSE(std::filesystem::exists(flow.folder / "notation-pkcs11/audit.jsonl"));
}

TEST_CASE("a refused PIN is a line, and a failure before any login is none") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  configure(flow, "on");
  flow.folder.write("pin", "9999\n");
  REQUIRE_ERROR(flow.sign("release", {}), ErrorKind::pin_refused);
  const auto lines = lines_of(flow);
  REQUIRE(lines.size() == 2);
  const auto& failure = std::get<schema::AuditFailure>(outcome_in(lines[1]).result);
  CHECK(failure.kind == "pin_refused");
  CHECK(failure.phase == "login");
  CHECK(failure.return_value == "CKR_PIN_INCORRECT");
  flow.chain_file = flow.leaf_file;
  configure(flow, "on");
  REQUIRE_ERROR(flow.sign("release", {}), ErrorKind::invalid_chain);
  CHECK(lines_of(flow).size() == 2);
}

TEST_CASE("a PIN that is refused while a hidden key is looked for is a line without an intent") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.token.rule("token label=prod serial=7 pin=1234");
  flow.token.rule("key P-256 label=release id=01 public=hidden pem=" + flow.key_file);
  flow.token.rule("certificate pem=" + flow.leaf_file + " label=release id=01 hidden");
  flow.folder.write("pin", "9999\n");
  REQUIRE_ERROR(flow.sign(flow.id(), {{"ca_certs", flow.ca_file}}), ErrorKind::pin_refused);
  const auto lines = lines_of(flow);
  REQUIRE(lines.size() == 1);
  CHECK_FALSE(outcome_in(lines[0]).intent.has_value());
  CHECK(outcome_in(lines[0]).subject.key_sha256.empty());
  CHECK(outcome_in(lines[0]).subject.artifact.has_value());
  CHECK(std::get<schema::AuditFailure>(outcome_in(lines[0]).result).kind == "pin_refused");
}

TEST_CASE("an unknown outcome and a signature that does not verify are told as what they are") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.token.rule("quirk signature wrong-key");
  REQUIRE_ERROR(flow.sign(), ErrorKind::signature_invalid);
  CHECK(std::get<schema::AuditFailure>(outcome_in(lines_of(flow).at(1)).result).kind == "signature_invalid");
}

TEST_CASE("what is not recorded leaves nothing") {
  Flow flow(false);
  flow.plain_token();
  configure(flow, "off");
  flow.sign("release", {});
  CHECK_FALSE(std::filesystem::exists(flow.folder / "notation-pkcs11/audit.jsonl"));
}

TEST_CASE("a log that cannot be written costs one warning, or where it is required the signature") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  spoil_log(flow);
  configure(flow, "on");
  flow.terminal = FakeTerminal(true);
  CHECK(flow.sign("release", {}).signature.bytes().size() == 64);
  REQUIRE(flow.terminal.lines.size() == 1);
  CHECK(flow.terminal.lines[0].find("warning: not recorded: cannot write ") != std::string::npos);
  configure(flow, "required");
  const int logins = flow.token.calls("C_Login");
  const base::Error error = error_of([&] { flow.sign("release", {}); });
  require_error(error, ErrorKind::unrecorded);
  CHECK(error.message().starts_with("nothing was signed with key \"release\": cannot write "));
  CHECK(flow.token.calls("C_Login") == logins);
  CHECK(flow.token.calls("C_Sign") == 1);
}

TEST_CASE("where the record is required and there is no folder for it, nothing is signed") {
  Flow flow(false);
  flow.plain_token();
  configure(flow, "required");
  const EnvironmentScope state_home("XDG_STATE_HOME", flow.pin_file.c_str());
  const base::Error error = error_of([&] { flow.sign("release", {}); });
  require_error(error, ErrorKind::unrecorded);
  CHECK(error.message().find("there is no folder for the audit log: ") != std::string::npos);
  CHECK(flow.token.calls("C_Sign") == 0);
}

TEST_CASE("where the proof of a key must be recorded and cannot be, the key is not made") {
  Flow flow(false);
  flow.plain_token();
  flow.token.rule("quirk quick-generate");
  platform::Log log;
  platform::EnvironmentSecrets secrets;
  signing::RunContext context{{}, {}, {}, flow.terminal, log, base::system_clock(), secrets, {}};
  signing::KeySetup setup;
  setup.audit = schema::AuditMode::required;
  signing::AuditedService service(std::make_unique<pkcs11::LocalService>(pkcs11::Timeouts{}, base::system_clock()),
                                  setup, context);
  service.load({flow.module(), {}, {}});
  pkcs11::Login login;
  login.pin = base::Secret(base::bytes_of(std::string("1234")));
  pkcs11::GenerateOrder order;
  order.label = "new";
  order.id = {7};
  spoil_log(flow);
  REQUIRE_ERROR(service.generate(order, login), ErrorKind::unrecorded);
  CHECK(flow.token.calls("C_Login") == 0);
  CHECK(flow.token.calls("C_GenerateKeyPair") == 0);
  std::filesystem::remove(flow.folder / "notation-pkcs11/audit.jsonl");
  CHECK(service.generate(order, login).key.uri.object == "new");
}

TEST_CASE("an outcome never closes an intent of another log") {
  Flow flow(false);
  flow.plain_token();
  configure(flow, "on");
  flow.before_sign = [&flow] {
    const std::string log = flow.folder / "notation-pkcs11/audit.jsonl";
    if (std::filesystem::exists(log)) std::filesystem::rename(log, log + ".old");
  };
  flow.sign("release", {});
  const auto lines = lines_of(flow);
  REQUIRE(lines.size() == 1);
  CHECK_FALSE(outcome_in(lines[0]).intent.has_value());
}

TEST_CASE("a signature whose outcome cannot be recorded is withheld where the record is required") {
  const std::string audit = GENERATE("required", "on");
  Flow flow(false);
  flow.plain_token();
  configure(flow, audit);
  // The log is taken away between the intent and the outcome.
  flow.before_sign = [&] {
    if (std::filesystem::is_directory(flow.folder / "notation-pkcs11/audit.jsonl")) return;
    CHECK(lines_of(flow).size() == 1);
    std::filesystem::remove(flow.folder / "notation-pkcs11/audit.jsonl");
    spoil_log(flow);
  };
  if (audit == "on") {
    CHECK(flow.sign("release", {}).signature.bytes().size() == 64);
    return;
  }
  const base::Error error = error_of([&] { flow.sign("release", {}); });
  require_error(error, ErrorKind::unrecorded);
  CHECK(error.message().starts_with("the signature with key \"release\" is withheld: cannot write "));
  CHECK(flow.token.calls("C_Sign") == 1);
}

TEST_CASE("the administrator's word on the record counts, and a contradiction is an error") {
  Flow flow(false);
  flow.plain_token();
  spoil_log(flow);
  configure(flow, "off");
  flow.settings.administrator = flow.folder.write("admin.json", R"({"version":1,"audit":"required"})");
  REQUIRE_ERROR(flow.sign("release", {}), ErrorKind::invalid_settings);
  REQUIRE_ERROR(flow.sign(), ErrorKind::unrecorded);
  flow.settings.administrator =
      flow.folder.write("admin.json", R"({"version":1,"audit":"required","keys":{"release":{"audit":"off"}}})");
  CHECK(flow.sign("release", {}).signature.bytes().size() == 64);
}

namespace {

// The key by name, with a program that gives this answer to every question.
void ask_a_program(Flow& flow, const std::string& answer) {
  const std::string gate = flow.folder.write("gate", "#!/bin/sh\necho '" + answer + "'\n", 0700);
  flow.settings.user = flow.folder.write(
      "config.json", R"({"version":1,"keys":{"release":{
      "uri":"pkcs11:token=prod;object=release","module":")" +
                         flow.module() + R"(","chain_file":")" + flow.chain_file + R"(","pin_source":"file:)" +
                         flow.pin_file + R"(","approval":{"public_key":")" + trust::spki_sha256(flow.key.public_key()) +
                         R"(","backend":"exec","exec":{"command":[")" + gate + R"("]}}}}})");
}

}  // namespace

TEST_CASE("what the approval program handed over as evidence is recorded with its request") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  ask_a_program(flow, R"({"status":"permitted","approved":["bob"],"evidence":{"ticket":"OPS-7"}})");
  flow.sign("release", {});
  const auto lines = lines_of(flow);
  REQUIRE(lines.size() == 2);
  const schema::AuditSubject& subject = std::get<schema::AuditIntent>(lines[0].event).subject;
  CHECK(subject.approval_request.size() == 32);
  CHECK(subject.approval_evidence == R"({"ticket":"OPS-7"})");
  CHECK(outcome_in(lines[1]).subject == subject);
}

TEST_CASE("a denied approval leaves a line only where there was a login before it") {
  const bool isolated = GENERATE(false, true);
  const bool hidden = GENERATE(false, true);
  Flow flow(isolated);
  flow.token.rule("token label=prod serial=7 pin=1234");
  flow.token.rule("key P-256 label=release id=01 pem=" + flow.key_file + (hidden ? " public=hidden" : ""));
  ask_a_program(flow, R"({"status":"refused","by":["eve"],"reason":"no"})");
  REQUIRE_ERROR(flow.sign("release", {}), ErrorKind::denied);
  const auto lines = lines_of(flow);
  REQUIRE(lines.size() == (hidden ? 1U : 0U));
  if (hidden) CHECK(std::get<schema::AuditFailure>(outcome_in(lines[0]).result).kind == "denied");
  CHECK(flow.token.calls("C_Sign") == 0);
}
