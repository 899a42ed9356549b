#include "approval/tsb_approver.h"

#include "schema/tsb_token.h"
#include "securosys_tsb_fixture.h"
#include "trust/software_key.h"

namespace {

using approval::TsbApprover;
using base::ErrorKind;
using support::TestKey;

class FileKey final : public approval::ApproverKey {
 public:
  explicit FileKey(const TestKey& key) : key_(trust::SoftwareKey::from_pem(key.private_pem(), nullptr, "key.pem")) {}
  base::Bytes spki_der() const override { return key_.spki_der(); }
  base::Bytes sign(base::ByteView message) override { return key_.sign(message); }
  std::string digest_name() const override { return std::string(key_.digest_name()); }

 private:
  trust::SoftwareKey key_;
};

struct ApproverFixture : TsbFixture {
  TsbApprover approver() { return {settings.connection, context(), std::make_unique<ScriptedHttp>(script)}; }
  base::WallTime now = std::chrono::sys_days(std::chrono::year(2026) / 1 / 2);

  schema::TsbTask task() const {
    schema::TsbToken token;
    token.key = "release-key";
    token.payload = payload;
    schema::TsbTask task;
    task.id = "7";
    task.approval_to_be_signed = encode(token);
    return task;
  }
};

std::string task_json(unsigned number) {
  return "{\"id\":\"" + std::to_string(number) + "\",\"approvalToBeSigned\":\"AQI=\"}";
}

std::string page_json(unsigned from, unsigned count) {
  std::string json;
  for (unsigned i = 0; i < count; ++i)
    json += (i == 0 ? "" : ",") + task_json(from + i);
  return "{\"tasks\":[" + json + "]}";
}

std::string member(const std::string& body, const std::string& name) {
  return between(body, "\"" + name + "\":\"", "\"");
}

}  // namespace

TEST_CASE("an approver proves himself with a signed time, a little earlier than now") {
  ApproverFixture fixture;
  FileKey key(TestKey::shared(pkcs11::KeySpec::rsa_2048));
  fixture.script->reply(200, page_json(1, 2));
  const auto tasks = fixture.approver().tasks(key, fixture.now, "3b0e-1");
  REQUIRE(tasks.size() == 2);
  REQUIRE(tasks[1].id == "2");
  const SentRequest& sent = fixture.script->sent[0];
  REQUIRE(sent.method == "POST");
  REQUIRE(sent.url.ends_with("/v1/filteredSignApprovalTask"));
  REQUIRE(sent.header("X-API-KEY") == "k3y-marker-a1");
  REQUIRE(member(sent.body, "timestamp") == "2026-01-01T23:59:50.000Z");
  REQUIRE(member(sent.body, "timestampSignature") ==
          base::encode_base64(key.sign(base::bytes_of("2026-01-01T23:59:50.000Z"))));
  REQUIRE(member(sent.body, "timestampDigestAlgorithm") == "SHA-256");
  REQUIRE(member(sent.body, "approverPublicKey") == base::encode_base64(key.spki_der()));
  REQUIRE(member(sent.body, "requestId") == "3b0e-1");
}

TEST_CASE("tasks are fetched page by page, each once") {
  ApproverFixture fixture;
  FileKey key(TestKey::ed25519());
  fixture.script->reply(200, page_json(1, 20)).reply(200, page_json(20, 20)).reply(200, page_json(40, 1));
  REQUIRE(fixture.approver().tasks(key, fixture.now).size() == 40);
  fixture.script->reply(200, page_json(1, 20)).reply(200, page_json(1, 20));
  REQUIRE(fixture.approver().tasks(key, fixture.now).size() == 20);
  REQUIRE(fixture.script->replies.empty());
}

TEST_CASE("an approval is a signature over all of the bytes to be signed") {
  for (const TestKey& test_key : {TestKey::shared(pkcs11::KeySpec::rsa_2048), TestKey::ed25519()}) {
    ApproverFixture fixture;
    FileKey key(test_key);
    fixture.script->reply(200);
    REQUIRE(fixture.approver().approve(fixture.task(), key) == TsbApprover::Outcome::done);
    const SentRequest& sent = fixture.script->sent[0];
    REQUIRE(sent.method == "POST");
    REQUIRE(sent.url.ends_with("/v1/approval"));
    REQUIRE(member(sent.body, "id") == "7");
    REQUIRE(member(sent.body, "approvalToBeSigned") == base::encode_base64(fixture.task().approval_to_be_signed));
    REQUIRE(member(sent.body, "signature") == base::encode_base64(key.sign(fixture.task().approval_to_be_signed)));
    REQUIRE(member(sent.body, "approvalDigestAlgorithm") == "SHA-256");
  }
}

TEST_CASE("a server that wants another word for Ed25519 gets it") {
  for (const auto& [http_status, code] : {std::pair{500L, 501}, std::pair{400L, 600}, std::pair{400L, 403}}) {
    ApproverFixture fixture;
    FileKey key(TestKey::ed25519());
    fixture.script->error(http_status, code, "x").reply(200);
    REQUIRE(fixture.approver().approve(fixture.task(), key) == TsbApprover::Outcome::done);
    REQUIRE(member(fixture.script->sent[1].body, "approvalDigestAlgorithm") == "EdDSA");
    fixture.script->error(http_status, code, "x").reply(200, page_json(1, 1));
    REQUIRE(fixture.approver().tasks(key, fixture.now).size() == 1);
    REQUIRE(member(fixture.script->sent[3].body, "timestampDigestAlgorithm") == "EdDSA");
  }
}

TEST_CASE("other keys have one word for their hash") {
  ApproverFixture fixture;
  FileKey key(TestKey::shared(pkcs11::KeySpec::ec_256));
  fixture.script->error(400, 403, "input.invalid.signature");
  const base::Error error = error_of([&] { fixture.approver().approve(fixture.task(), key); });
  REQUIRE(error.kind() == ErrorKind::credential_refused);
  REQUIRE(error.hint().empty());
  fixture.require_nothing_secret(error);
}

TEST_CASE("a refusal tries the verbs that a server may know") {
  ApproverFixture fixture;
  FileKey key(TestKey::shared(pkcs11::KeySpec::rsa_2048));
  fixture.script->reply(405).reply(404, "<html>").reply(200);
  REQUIRE(fixture.approver().reject(fixture.task(), key, fixture.now) == TsbApprover::Outcome::done);
  const char* verbs[] = {"DELETE", "PATCH", "POST"};
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(fixture.script->sent[i].method == verbs[i]);
    REQUIRE(fixture.script->sent[i].url.ends_with("/v1/task"));
    REQUIRE(fixture.script->sent[i].body == fixture.script->sent[0].body);
  }
  REQUIRE(member(fixture.script->sent[0].body, "id") == "7");
  REQUIRE(member(fixture.script->sent[0].body, "timestampSignature") ==
          base::encode_base64(key.sign(base::bytes_of("2026-01-01T23:59:50.000Z"))));
}

TEST_CASE("a task that is gone is told as that") {
  ApproverFixture fixture;
  FileKey key(TestKey::ed25519());
  fixture.script->error(404, 652, "task.not.existent").error(404, 652, "task.not.existent");
  TsbApprover approver = fixture.approver();
  REQUIRE(approver.approve(fixture.task(), key) == TsbApprover::Outcome::gone);
  REQUIRE(approver.reject(fixture.task(), key, fixture.now) == TsbApprover::Outcome::gone);
}

TEST_CASE("a clock that is ahead is said to be wrong") {
  ApproverFixture fixture;
  FileKey key(TestKey::ed25519());
  fixture.script->error(400, 404, "input.timestamp.off");
  const base::Error error = error_of([&] { fixture.approver().tasks(key, fixture.now); });
  REQUIRE(error.message().find("clock") != std::string::npos);
  REQUIRE(error.hint().find("set this machine's clock") != std::string::npos);
}

TEST_CASE("whatever else goes wrong for an approver is an error without secrets") {
  ApproverFixture fixture;
  FileKey key(TestKey::shared(pkcs11::KeySpec::rsa_2048));
  TsbApprover approver = fixture.approver();
  const auto expect = [&](ErrorKind kind) {
    const base::Error error = error_of([&] { approver.tasks(key, fixture.now); });
    require_error(error, kind);
    fixture.require_nothing_secret(error);
  };
  fixture.script->fail(approval::HttpFault::maybe_sent);
  expect(ErrorKind::service_failed);
  fixture.script->reply(503);
  expect(ErrorKind::service_failed);
  fixture.script->reply(429);
  expect(ErrorKind::busy);
  fixture.script->error(401, 631, "invalid.api.key");
  expect(ErrorKind::credential_refused);
  fixture.script->reply(200, "<html>");
  expect(ErrorKind::service_failed);
  REQUIRE(approver.place() == "https://tsb.example.com:443");
}
