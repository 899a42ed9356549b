#include "approval/securosys_tsb.h"

#include "securosys_tsb_fixture.h"

namespace {

using approval::HttpFault;
using base::ErrorKind;
using schema::ApprovalAnswer;
using schema::ApprovalFailed;
using schema::ApprovalSigned;
using schema::ApprovalWaiting;

std::string status(const std::string& state, const std::string& rest = {}) {
  return "{\"id\":\"3b0e-1\",\"status\":\"" + state + "\"" + rest + "}";
}

// One question about the request, whose answer is the reply.
ApprovalAnswer answer_to(TsbFixture& fixture, long http_status, const std::string& body) {
  fixture.script->reply(http_status, body);
  return fixture.backend()->poll(fixture.ticket);
}

}  // namespace

TEST_CASE("pending and approved both mean waiting") {
  TsbFixture fixture;
  const std::string who = R"(,"approvedBy":["AQ=="],"notYetApprovedBy":["Ag=="],"rejectedBy":["?"],"result":null)";
  const auto pending = as<ApprovalWaiting>(answer_to(fixture, 200, status("PENDING", who)));
  REQUIRE_FALSE(pending.executing);
  REQUIRE(pending.approved == std::vector<std::string>{"key 4bf5122f\u2026"});
  REQUIRE(pending.missing == std::vector<std::string>{"key dbc1b4c9\u2026"});
  REQUIRE(pending.refused.size() == 1);
  REQUIRE(pending.warning.empty());
  REQUIRE(as<ApprovalWaiting>(answer_to(fixture, 200, status("APPROVED"))).executing);
  REQUIRE(fixture.script->sent[0].method == "GET");
  REQUIRE(fixture.script->sent[0].url == "https://tsb.example.com/base/v1/request/3b0e-1");
}

TEST_CASE("approvers have the names that the key's rules give them") {
  TsbFixture fixture;
  const support::TestKey key = support::TestKey::ed25519();
  const base::Bytes certificate = support::self_sign(support::leaf_template("grace"), key);
  fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada() + R"(,{"type":"certificate","value":")" +
                                                             base::encode_base64(certificate) + "\"}")));
  fixture.script->reply(404);
  const auto backend = fixture.backend();
  backend->key();
  fixture.script->reply(
      200, status("PENDING", R"(,"approvedBy":["AQ=="],"notYetApprovedBy":[")" + base::encode_base64(key.spki()) +
                                 R"(",")" + base::encode_base64(certificate) + "\"]"));
  const auto waiting = as<ApprovalWaiting>(backend->poll(fixture.ticket));
  REQUIRE(waiting.approved == std::vector<std::string>{"ada"});
  REQUIRE(waiting.missing.size() == 2);
  REQUIRE(waiting.missing[0].find("CN=grace") != std::string::npos);
  REQUIRE(waiting.missing[1] == waiting.missing[0]);
}

TEST_CASE("an executed request has its signature") {
  TsbFixture fixture;
  const auto result = as<ApprovalSigned>(answer_to(
      fixture, 200, status("EXECUTED", R"(,"approvedBy":["AQ=="],"result":")" + base::encode_base64(kDer) + "\"")));
  REQUIRE(result.signature == fixed_width());
  REQUIRE(result.approved.size() == 1);
}

TEST_CASE("a request that is executed without a signature is waited for once") {
  TsbFixture fixture;
  const auto backend = fixture.backend();
  fixture.script->reply(200, status("EXECUTED")).reply(200, status("EXECUTED", R"(,"result":"")"));
  REQUIRE(as<ApprovalWaiting>(backend->poll(fixture.ticket)).executing);
  const auto failed = as<ApprovalFailed>(backend->poll(fixture.ticket));
  REQUIRE_FALSE(failed.retryable);
  REQUIRE(failed.message.find("handed the signature out before") != std::string::npos);
}

TEST_CASE("a signature that comes late is taken") {
  TsbFixture fixture;
  const auto backend = fixture.backend();
  fixture.script->reply(200, status("EXECUTED"));
  fixture.script->reply(200, status("EXECUTED", R"(,"result":")" + base::encode_base64(kDer) + "\""));
  as<ApprovalWaiting>(backend->poll(fixture.ticket));
  REQUIRE(as<ApprovalSigned>(backend->poll(fixture.ticket)).signature == fixed_width());
}

TEST_CASE("every other end of a request is told apart") {
  TsbFixture fixture;
  const auto refused =
      as<schema::ApprovalRefused>(answer_to(fixture, 200, status("REJECTED", R"(,"rejectedBy":["AQ=="])")));
  REQUIRE(refused.by == std::vector<std::string>{"key 4bf5122f\u2026"});
  as<schema::ApprovalExpired>(answer_to(fixture, 200, status("EXPIRED")));
  as<schema::ApprovalWithdrawn>(answer_to(fixture, 200, status("CANCELLED")));
  REQUIRE_FALSE(as<ApprovalFailed>(answer_to(fixture, 200, status("FAILED"))).retryable);
  const auto lost =
      as<ApprovalFailed>(answer_to(fixture, 404, R"({"errorCode":651,"reason":"res.error.request.not.existent"})"));
  REQUIRE_FALSE(lost.retryable);
  REQUIRE(lost.message.find("does not know the request any more") != std::string::npos);
  REQUIRE_FALSE(as<ApprovalFailed>(answer_to(fixture, 400, R"({"errorCode":609})")).retryable);
}

TEST_CASE("a state that nobody knows is waited out with a warning") {
  TsbFixture fixture;
  const auto waiting = as<ApprovalWaiting>(answer_to(fixture, 200, status("ON\\u001bHOLD")));
  REQUIRE(waiting.warning.find("ON\\x1bHOLD") != std::string::npos);
  REQUIRE_FALSE(waiting.executing);
}

TEST_CASE("a question without an answer may be asked again") {
  TsbFixture fixture;
  const std::pair<long, std::string> replies[] = {{429, ""},
                                                  {500, ""},
                                                  {500, R"({"errorCode":2})"},
                                                  {500, R"({"errorCode":103})"},
                                                  {500, R"({"errorCode":700})"},
                                                  {500, R"({"errorCode":703})"},
                                                  {502, "<html>m3ssage-marker"},
                                                  {503, ""},
                                                  {504, ""},
                                                  {404, "<html>m3ssage-marker"},
                                                  {200, "<html>m3ssage-marker"},
                                                  {200, R"({"status":7})"}};
  for (const auto& [http_status, body] : replies) {
    INFO(http_status << " " << body);
    const auto failed = as<ApprovalFailed>(answer_to(fixture, http_status, body));
    REQUIRE(failed.retryable);
    REQUIRE(failed.throttled == (http_status == 429));
    REQUIRE(failed.message.starts_with("https://tsb.example.com:443: "));
    fixture.require_nothing_secret(failed.message);
  }
  for (const HttpFault fault : {HttpFault::not_sent, HttpFault::maybe_sent}) {
    fixture.script->fail(fault);
    REQUIRE(as<ApprovalFailed>(fixture.backend()->poll(fixture.ticket)).retryable);
  }
}

TEST_CASE("a question that can have no answer ends the run") {
  const std::tuple<long, int, ErrorKind> refusals[] = {{500, 501, ErrorKind::service_failed},
                                                       {500, 701, ErrorKind::service_failed},
                                                       {403, 451, ErrorKind::not_capable},
                                                       {401, 416, ErrorKind::credential_refused}};
  for (const auto& [http_status, code, kind] : refusals) {
    TsbFixture fixture;
    fixture.script->error(http_status, code, "x");
    const base::Error error = error_of([&] { fixture.backend()->poll(fixture.ticket); });
    require_error(error, kind);
    fixture.require_nothing_secret(error);
  }
  TsbFixture fixture;
  fixture.script->fail(HttpFault::not_sent, true);
  REQUIRE_ERROR(fixture.backend()->poll(fixture.ticket), ErrorKind::service_failed);
  fixture.script->reply(401, "<html>").reply(401, "<html>");
  REQUIRE_ERROR(fixture.backend()->poll(fixture.ticket), ErrorKind::credential_refused);
}

TEST_CASE("a request is withdrawn by its name") {
  TsbFixture fixture;
  fixture.script->reply(204);
  fixture.backend()->withdraw(fixture.ticket);
  REQUIRE(fixture.script->sent[0].method == "DELETE");
  REQUIRE(fixture.script->sent[0].url == "https://tsb.example.com/base/v1/request/3b0e-1");
  fixture.ticket.service_id = "../key";
  fixture.script->reply(200);
  fixture.backend()->withdraw(fixture.ticket);
  REQUIRE(fixture.script->sent[1].url == "https://tsb.example.com/base/v1/request/%2E%2E%2Fkey");
}

TEST_CASE("a request that has ended or that nobody knows counts as withdrawn") {
  TsbFixture fixture;
  for (const int code : {651, 609, 611}) {
    fixture.script->error(400, code, "x");
    fixture.backend()->withdraw(fixture.ticket);
  }
  fixture.script->error(400, 600, "input.validation.failed").reply(200, status("EXECUTED"));
  fixture.backend()->withdraw(fixture.ticket);
  fixture.script->error(400, 600, "input.validation.failed").error(404, 651, "request.not.existent");
  fixture.backend()->withdraw(fixture.ticket);
  fixture.ticket.service_id.clear();
  fixture.backend()->withdraw(fixture.ticket);
  REQUIRE(fixture.script->replies.empty());
}

TEST_CASE("a request that stays open is told") {
  TsbFixture fixture;
  fixture.script->error(400, 600, "input.validation.failed").reply(200, status("PENDING"));
  REQUIRE_ERROR(fixture.backend()->withdraw(fixture.ticket), ErrorKind::service_failed);
  fixture.script->error(400, 600, "input.validation.failed").reply(200, "<html>");
  REQUIRE_ERROR(fixture.backend()->withdraw(fixture.ticket), ErrorKind::service_failed);
  fixture.script->reply(503);
  REQUIRE_ERROR(fixture.backend()->withdraw(fixture.ticket), ErrorKind::service_failed);
  fixture.script->error(401, 416, "missing.api.key");
  REQUIRE_ERROR(fixture.backend()->withdraw(fixture.ticket), ErrorKind::credential_refused);
  fixture.script->fail(HttpFault::not_sent);
  const base::Error error = error_of([&] { fixture.backend()->withdraw(fixture.ticket); });
  REQUIRE(error.kind() == ErrorKind::service_failed);
  fixture.require_nothing_secret(error);
}

TEST_CASE("a password that cannot be read ends the run before anything is sent") {
  TsbFixture fixture;
  fixture.folder.write("password", "pa55-marker", 0644);
  fixture.settings.key_password = "file:password";
  const base::Error error = error_of([&] { fixture.backend()->key(); });
  REQUIRE(error.kind() == ErrorKind::invalid_settings);
  REQUIRE(fixture.script->sent.empty());
  fixture.require_nothing_secret(error.message() + error.hint());
}
