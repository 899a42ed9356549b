#include "securosys_tsb/securosys_tsb_client.h"

#include "environment_scope.h"
#include "securosys_tsb_fixture.h"

namespace {

using approval::TsbCall;
using approval::TsbClient;
using approval::TsbRole;
using base::ErrorKind;

struct ClientFixture : TsbFixture {
  TsbClient client() { return {settings.connection, context(), std::make_unique<ScriptedHttp>(script)}; }
  static TsbCall call(TsbRole role, bool once = false) {
    TsbCall call;
    call.path = "/v1/x";
    call.role = role;
    call.once = once;
    return call;
  }
  std::string api_key(std::size_t index) const { return script->sent.at(index).header("X-API-KEY"); }
  std::string token(std::size_t index) const { return script->sent.at(index).header("Authorization"); }
};

}  // namespace

TEST_CASE("a request carries the token, the API key of its role and the path below the address") {
  ClientFixture fixture;
  fixture.script->reply(200).reply(200).reply(200);
  TsbClient client = fixture.client();
  client.send(fixture.call(TsbRole::key_management));
  client.send(fixture.call(TsbRole::approver));
  TsbCall with_body = fixture.call(TsbRole::key_operation, true);
  with_body.method = "POST";
  with_body.body = "{}";
  client.send(std::move(with_body));
  REQUIRE(fixture.script->sent[0].url == "https://tsb.example.com/base/v1/x");
  REQUIRE(fixture.script->sent[0].header("Accept") == "application/json");
  REQUIRE(fixture.script->sent[0].header("Content-Type").empty());
  REQUIRE_FALSE(fixture.script->sent[0].fresh_connection);
  REQUIRE(fixture.token(0) == "Bearer t0ken-marker-1");
  REQUIRE(fixture.api_key(0) == "k3y-marker-m1");
  REQUIRE(fixture.api_key(1) == "k3y-marker-a1");
  REQUIRE(fixture.api_key(2) == "k3y-marker-o1");
  REQUIRE(fixture.script->sent[2].body == "{}");
  REQUIRE(fixture.script->sent[2].header("Content-Type") == "application/json");
  REQUIRE(fixture.script->sent[2].fresh_connection);
  REQUIRE(client.place() == "https://tsb.example.com:443");
}

TEST_CASE("without a token and API keys none is sent") {
  ClientFixture fixture;
  fixture.settings.connection.token.reset();
  fixture.settings.connection.key_operation_api_keys.clear();
  fixture.script->reply(200);
  TsbClient client = fixture.client();
  client.send(fixture.call(TsbRole::key_operation));
  REQUIRE(fixture.script->sent[0].headers.size() == 1);
  REQUIRE_FALSE(client.has_api_keys(TsbRole::key_operation));
  REQUIRE(client.has_api_keys(TsbRole::approver));
}

TEST_CASE("an invalid API key makes way for the next, which stays in use") {
  ClientFixture fixture;
  fixture.script->error(401, 631, "invalid.api.key").reply(200).reply(200).reply(200);
  TsbClient client = fixture.client();
  REQUIRE(client.send(fixture.call(TsbRole::key_operation, true)).status == 200);
  client.send(fixture.call(TsbRole::key_operation));
  client.send(fixture.call(TsbRole::key_management));
  REQUIRE(fixture.api_key(0) == "k3y-marker-o1");
  REQUIRE(fixture.api_key(1) == "k3y-marker-o2");
  REQUIRE(fixture.api_key(2) == "k3y-marker-o2");
  REQUIRE(fixture.api_key(3) == "k3y-marker-m1");
}

TEST_CASE("when no API key is left the reply says so, and the keys are read anew for the next request") {
  ClientFixture fixture;
  fixture.script->error(400, 631, "invalid.api.key").error(400, 631, "invalid.api.key").reply(200);
  TsbClient client = fixture.client();
  REQUIRE(client.send(fixture.call(TsbRole::key_operation)).has_code(631));
  REQUIRE(fixture.script->sent.size() == 2);
  fixture.folder.write("operation", "k3y-marker-o3\n");
  REQUIRE(client.send(fixture.call(TsbRole::key_operation)).good());
  REQUIRE(fixture.api_key(2) == "k3y-marker-o3");
}

TEST_CASE("API keys of several places are tried in their order") {
  const EnvironmentScope variable("NP11_TEST_API_KEY", "k3y-marker-e1");
  ClientFixture fixture;
  fixture.settings.connection.approver_api_keys = {"env:NP11_TEST_API_KEY", "file:approver"};
  fixture.script->error(401, 631, "invalid.api.key").reply(200);
  TsbClient client = fixture.client();
  REQUIRE(std::getenv("NP11_TEST_API_KEY") == nullptr);
  client.send(fixture.call(TsbRole::approver));
  REQUIRE(fixture.api_key(0) == "k3y-marker-e1");
  REQUIRE(fixture.api_key(1) == "k3y-marker-a1");
}

TEST_CASE("a token file is read again before each request") {
  ClientFixture fixture;
  fixture.script->reply(200).reply(200);
  TsbClient client = fixture.client();
  client.send(fixture.call(TsbRole::key_operation, true));
  fixture.folder.write("token", "t0ken-marker-2");
  client.send(fixture.call(TsbRole::key_operation, true));
  REQUIRE(fixture.token(0) == "Bearer t0ken-marker-1");
  REQUIRE(fixture.token(1) == "Bearer t0ken-marker-2");
}

TEST_CASE("a refused token is tried once more, but not for what must not happen twice") {
  for (const auto& [status, code] : {std::pair{401L, 0}, std::pair{400L, 617}, std::pair{401L, 406}}) {
    ClientFixture fixture;
    for (int i = 0; i < 2; ++i) {
      if (code == 0) {
        fixture.script->reply(status, "<html>");
      } else {
        fixture.script->error(status, code, "x");
      }
    }
    TsbClient client = fixture.client();
    REQUIRE(client.send(fixture.call(TsbRole::key_operation)).status == status);
    REQUIRE(fixture.script->sent.size() == 2);
    fixture.script->reply(status);
    client.send(fixture.call(TsbRole::key_operation, true));
    REQUIRE(fixture.script->sent.size() == 3);
  }
}

TEST_CASE("a token that cannot change is not tried once more") {
  const EnvironmentScope variable("NP11_TEST_TOKEN", "t0ken-marker-e");
  ClientFixture fixture;
  fixture.settings.connection.token = "env:NP11_TEST_TOKEN";
  fixture.script->reply(401);
  TsbClient client = fixture.client();
  REQUIRE(client.send(fixture.call(TsbRole::key_operation)).status == 401);
  REQUIRE(fixture.token(0) == "Bearer t0ken-marker-e");
}

TEST_CASE("a missing token file ends the request before anything is sent") {
  ClientFixture fixture;
  fixture.settings.connection.token = "file:none";
  TsbClient client = fixture.client();
  REQUIRE_ERROR(client.send(fixture.call(TsbRole::key_operation)), ErrorKind::invalid_settings);
  REQUIRE(fixture.script->sent.empty());
}

TEST_CASE("a name in a path stays one segment of it") {
  REQUIRE(approval::path_segment("3b0e-1_Z") == "3b0e-1_Z");
  REQUIRE(approval::path_segment("../a b?c#%\xc3\xa4") == "%2E%2E%2Fa%20b%3Fc%23%25%C3%A4");
}
