#include "approval/securosys_tsb.h"

#include "securosys_tsb_fixture.h"

namespace {

using approval::HttpFault;
using base::ErrorKind;
using schema::ApprovalFailed;
using schema::ApprovalSigned;
using schema::ApprovalWaiting;

}  // namespace

TEST_CASE("the backend names itself and its service, and asks nobody before it must") {
  TsbFixture fixture;
  const auto backend = fixture.backend();
  REQUIRE(backend->name() == "securosys-tsb");
  REQUIRE(backend->place() == "https://tsb.example.com:443");
  REQUIRE(backend->signs());
  REQUIRE(backend->longest_call() == fixture.settings.connection.timeout);
  REQUIRE(fixture.script->sent.empty());
  REQUIRE_ERROR(backend->redeem(fixture.ticket), ErrorKind::internal);
}

TEST_CASE("the key is what its attributes say, with the certificate under its label") {
  TsbFixture fixture;
  fixture.settings.key = "release key";
  const support::Chain chain = support::make_chain(fixture.key());
  base::Bytes several = chain.leaf;
  several.insert(several.end(), chain.intermediate.certificate.begin(), chain.intermediate.certificate.end());
  const std::string pem = support::pem(chain.certificates());
  std::string escaped;
  for (const char c : pem)
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  const std::pair<std::string, std::size_t> forms[] = {{base::encode_base64(chain.leaf), 1},
                                                       {base::encode_base64(several), 2},
                                                       {base::encode_base64(base::bytes_of(pem)), 3},
                                                       {escaped, 3}};
  for (const auto& [certificate, count] : forms) {
    fixture.script->reply(201, fixture.attributes("null")).reply(200, "{\"certificate\":\"" + certificate + "\"}");
    const auto key = fixture.backend()->key();
    REQUIRE(key);
    REQUIRE(key->public_key == fixture.key().public_key());
    REQUIRE_FALSE(key->needs_approval);
    REQUIRE(key->certificates.size() == count);
    REQUIRE(key->certificates[0] == chain.leaf);
  }
  REQUIRE(fixture.script->sent[0].method == "POST");
  REQUIRE(fixture.script->sent[0].url == "https://tsb.example.com/base/v1/key/attributes");
  REQUIRE(fixture.script->sent[0].body == R"({"label":"release key"})");
  REQUIRE(fixture.script->sent[0].header("X-API-KEY") == "k3y-marker-m1");
  REQUIRE(fixture.script->sent[1].url == "https://tsb.example.com/base/v1/certificate/release%20key");
  REQUIRE(fixture.script->sent[1].header("X-API-KEY") == "k3y-marker-o1");
}

TEST_CASE("a key without a usable certificate is a key all the same") {
  TsbFixture fixture;
  const auto count_with = [&](long http_status, const std::string& body) {
    fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada()))).reply(http_status, body);
    const auto key = fixture.backend()->key();
    REQUIRE(key);
    REQUIRE(key->needs_approval);
    return key->certificates.size();
  };
  REQUIRE(count_with(404, R"({"errorCode":650,"reason":"res.error.key.not.existent"})") == 0);
  REQUIRE(count_with(200, "<html>") == 0);
  REQUIRE(count_with(200, R"({"certificate":"?"})") == 0);
  REQUIRE(count_with(200, R"({"certificate":null})") == 0);
}

TEST_CASE("without an API key for it the service may keep the attributes to itself, then it is asked to sign anyway") {
  for (const auto& [http_status, code] : {std::pair{401L, 416}, std::pair{401L, 631}, std::pair{403L, 0}}) {
    TsbFixture fixture;
    fixture.settings.connection.token.reset();
    fixture.settings.connection.key_management_api_keys.clear();
    if (code == 0) {
      fixture.script->reply(http_status, "<html>");
    } else {
      fixture.script->error(http_status, code, "x");
    }
    const auto backend = fixture.backend();
    REQUIRE_FALSE(backend->key());
    fixture.script->reply(201, R"({"signRequestId":"3b0e-1"})");
    REQUIRE(backend->submit(fixture.request, fixture.payload).service_id == "3b0e-1");
    REQUIRE(fixture.script->sent.back().url.ends_with("/v1/sign"));
  }
}

TEST_CASE("attributes that are refused for another reason end the run") {
  TsbFixture fixture;
  fixture.script->error(404, 650, "key.not.existent");
  const base::Error error = error_of([&] { fixture.backend()->key(); });
  REQUIRE(error.kind() == ErrorKind::key_not_found);
  fixture.require_nothing_secret(error);
  fixture.script->error(401, 631, "invalid.api.key").error(401, 631, "invalid.api.key");
  REQUIRE_ERROR(fixture.backend()->key(), ErrorKind::credential_refused);
  fixture.script->fail(HttpFault::maybe_sent);
  REQUIRE_ERROR(fixture.backend()->key(), ErrorKind::service_failed);
  fixture.script->reply(200, "<html>");
  REQUIRE_ERROR(fixture.backend()->key(), ErrorKind::service_failed);
  fixture.script->reply(200, R"({"json":{"publicKey":"AQID"}})");
  REQUIRE_ERROR(fixture.backend()->key(), ErrorKind::not_capable);
  fixture.script->reply(429);
  REQUIRE_ERROR(fixture.backend()->key(), ErrorKind::busy);
}

TEST_CASE("people are asked where the key's rules want it") {
  TsbFixture fixture;
  fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada())));
  fixture.script->reply(201, R"({"signRequestId":"3b0e-1"})");
  const auto submitted = fixture.backend()->submit(fixture.request, fixture.payload);
  REQUIRE(submitted.service_id == "3b0e-1");
  REQUIRE(as<ApprovalWaiting>(submitted.answer).missing == std::vector<std::string>{"ada"});
  const SentRequest& sent = fixture.script->sent[1];
  REQUIRE(sent.method == "POST");
  REQUIRE(sent.url.ends_with("/v1/sign"));
  REQUIRE(sent.fresh_connection);
  REQUIRE(sent.body.starts_with("{\"signRequest\":{\"payload\":\"" + base::encode_base64(fixture.payload)));
  REQUIRE(sent.body.find("\"signatureAlgorithm\":\"SHA256_WITH_ECDSA\"") != std::string::npos);
}

TEST_CASE("a key without rules signs at once") {
  TsbFixture fixture;
  fixture.script->reply(200, fixture.attributes("null"));
  fixture.script->reply(200, "{\"signature\":\"" + base::encode_base64(kDer) + "\"}");
  const auto submitted = fixture.backend()->submit(fixture.request, fixture.payload);
  REQUIRE(submitted.service_id.empty());
  REQUIRE(as<ApprovalSigned>(submitted.answer).signature == fixed_width());
  REQUIRE(fixture.script->sent[1].url.ends_with("/v1/synchronousSign"));
  REQUIRE(fixture.script->sent[1].fresh_connection);
}

TEST_CASE("a server that signs at once although it was to ask people is understood") {
  TsbFixture fixture;
  fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada())));
  fixture.script->reply(200, "{\"signature\":\"" + base::encode_base64(kDer) + "\"}");
  REQUIRE(as<ApprovalSigned>(fixture.backend()->submit(fixture.request, fixture.payload).answer).signature ==
          fixed_width());
}

TEST_CASE("nobody is asked for a key that is blocked or another one at the service") {
  TsbFixture fixture;
  fixture.script->reply(200, fixture.attributes(R"({"ruleUse":null,"keyStatus":{"blocked":true}})"));
  REQUIRE_ERROR(fixture.backend()->submit(fixture.request, fixture.payload), ErrorKind::denied);
  fixture.script->reply(200, fixture.attributes("null"));
  fixture.request.key_sha256 = std::string(64, '0');
  REQUIRE_ERROR(fixture.backend()->submit(fixture.request, fixture.payload), ErrorKind::invalid_settings);
  REQUIRE(fixture.script->sent.size() == 2);
}

TEST_CASE("after a lost reply nothing is sent again and the text says what may be open") {
  for (const char* policy : {"null", "rule"}) {
    TsbFixture fixture;
    const bool asks = std::string(policy) == "rule";
    fixture.script->reply(200, fixture.attributes(asks ? fixture.rule(fixture.ada()) : policy));
    fixture.script->fail(HttpFault::maybe_sent);
    const base::Error error = error_of([&] { fixture.backend()->submit(fixture.request, fixture.payload); });
    REQUIRE(error.kind() == ErrorKind::outcome_unknown);
    REQUIRE(error.message().find("https://tsb.example.com:443") != std::string::npos);
    REQUIRE((error.hint().find("approvals pending") != std::string::npos) == asks);
    REQUIRE(fixture.script->sent.size() == 2);
    fixture.require_nothing_secret(error);
  }
}

TEST_CASE("an answer from which nobody can tell whether the request was taken counts as lost") {
  for (const auto& [http_status, body] :
       {std::pair{201L, std::string("<html>")}, std::pair{201L, std::string("{}")}, std::pair{200L, std::string()},
        std::pair{502L, std::string("<html>")}, std::pair{504L, std::string()}, std::pair{500L, std::string()},
        std::pair{500L, std::string(R"({"message":"m3ssage"})")}, std::pair{408L, std::string()}}) {
    INFO(http_status << " " << body);
    TsbFixture fixture;
    fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada()))).reply(http_status, body);
    const base::Error error = error_of([&] { fixture.backend()->submit(fixture.request, fixture.payload); });
    REQUIRE(error.kind() == ErrorKind::outcome_unknown);
    REQUIRE(fixture.script->sent.size() == 2);
    fixture.require_nothing_secret(error);
  }
}

TEST_CASE("a request that the service refused ends the run with the cause") {
  const std::tuple<long, int, ErrorKind> refusals[] = {{400, 401, ErrorKind::denied},
                                                       {400, 415, ErrorKind::denied},
                                                       {403, 450, ErrorKind::not_capable},
                                                       {404, 650, ErrorKind::key_not_found},
                                                       {400, 620, ErrorKind::credential_refused},
                                                       {401, 416, ErrorKind::credential_refused},
                                                       {500, 501, ErrorKind::service_failed},
                                                       {500, 700, ErrorKind::service_failed},
                                                       {500, 701, ErrorKind::service_failed}};
  for (const auto& [http_status, code, kind] : refusals) {
    for (const bool asks : {true, false}) {
      TsbFixture fixture;
      fixture.script->reply(200, fixture.attributes(asks ? fixture.rule(fixture.ada()) : "null"));
      fixture.script->error(http_status, code, "of.a.kind");
      const base::Error error = error_of([&] { fixture.backend()->submit(fixture.request, fixture.payload); });
      require_error(error, kind);
      REQUIRE(error.message().find("error " + std::to_string(code) + " res.error.of.a.kind") != std::string::npos);
      REQUIRE(fixture.script->sent.size() == 2);
      fixture.require_nothing_secret(error);
    }
  }
}

TEST_CASE("a request that was not sent ends the run, nothing is open") {
  TsbFixture fixture;
  fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada()))).fail(HttpFault::not_sent);
  const base::Error error = error_of([&] { fixture.backend()->submit(fixture.request, fixture.payload); });
  REQUIRE(error.kind() == ErrorKind::service_failed);
  fixture.require_nothing_secret(error);
}

TEST_CASE("a service with too much to do may be asked again") {
  for (const long http_status : {429L, 503L}) {
    TsbFixture fixture;
    fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada()))).reply(http_status);
    std::get<approval::HttpReply>(fixture.script->replies.back()).retry_after = std::chrono::seconds(7);
    const auto backend = fixture.backend();
    const auto failed = as<ApprovalFailed>(backend->submit(fixture.request, fixture.payload).answer);
    REQUIRE(failed.retryable);
    REQUIRE(failed.retry_after == std::chrono::seconds(7));
    REQUIRE(failed.throttled == (http_status == 429));
    fixture.script->reply(201, R"({"signRequestId":"3b0e-1"})");
    REQUIRE(backend->submit(fixture.request, fixture.payload).service_id == "3b0e-1");
  }
}

TEST_CASE("an invalid API key is replaced by the next even when a signature is asked for") {
  TsbFixture fixture;
  fixture.script->reply(200, fixture.attributes(fixture.rule(fixture.ada())));
  fixture.script->error(401, 631, "invalid.api.key").reply(201, R"({"signRequestId":"3b0e-1"})");
  REQUIRE(fixture.backend()->submit(fixture.request, fixture.payload).service_id == "3b0e-1");
  REQUIRE(fixture.script->sent[2].header("X-API-KEY") == "k3y-marker-o2");
  REQUIRE(fixture.script->sent[1].body == fixture.script->sent[2].body);
  REQUIRE(fixture.script->sent[2].fresh_connection);
}
