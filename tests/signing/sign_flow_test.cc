#include "signing/sign_flow.h"

#include "flow_fixture.h"
#include "throws_error.h"
#include "trust/public_key.h"

using base::ErrorKind;

TEST_CASE("the flow signs with a chain from a file, one login and one C_Sign") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  const signing::SignedArtifact artifact = flow.sign();
  CHECK(artifact.signature.bytes().size() == 64);
  CHECK(artifact.chain.certificates().size() == 3);
  CHECK(flow.token.calls("C_Login") == 1);
  CHECK(flow.token.calls("C_SignInit") == 1);
  CHECK(flow.token.calls("C_Sign") == 1);
  CHECK(flow.token.calls("C_FindObjectsInit") == 2);
}

TEST_CASE("the whole flow makes as many calls with 1,000 objects on the token as with two") {
  const bool isolated = GENERATE(false, true);
  int calls[2];
  for (int round = 0; round < 2; ++round) {
    Flow flow(isolated);
    flow.plain_token();
    if (round == 1) flow.token.rule("filler 1000");
    flow.sign();
    calls[round] = flow.token.calls() - flow.token.calls("C_GetAttributeValue");
  }
  CHECK(calls[0] == calls[1]);
  CHECK(calls[0] <= 20);
}

TEST_CASE("a key is described from its chain file without touching the module") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  CHECK(flow.describe({{"chain_file", flow.chain_file}}) == pkcs11::KeySpec::ec_256);
  CHECK(flow.token.loads() == 0);
}

TEST_CASE("a key is described from the certificate on the token without a login and without a PIN file") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.token.rule("certificate pem=" + flow.leaf_file + " label=release id=01");
  std::filesystem::remove(flow.pin_file);
  CHECK(flow.describe({{"ca_certs", flow.ca_file}}) == pkcs11::KeySpec::ec_256);
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("the chain is taken from the token when no file is set") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.token.rule("certificate pem=" + flow.leaf_file + " label=release id=01");
  flow.token.rule("certificate pem=" + flow.ca_file + " all label=ca id=09");
  const signing::SignedArtifact artifact = flow.sign(flow.id(), {});
  CHECK(artifact.chain.certificates().size() == 3);
}

TEST_CASE("a key that shows nothing without a login is described from the file and signs after it") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.token.rule("token label=prod serial=7 pin=1234");
  flow.token.rule("key P-256 label=release id=01 public=hidden pem=" + flow.key_file);
  CHECK(flow.describe({{"chain_file", flow.chain_file}}) == pkcs11::KeySpec::ec_256);
  CHECK(flow.sign().signature.bytes().size() == 64);
  CHECK(flow.token.calls("C_Sign") == 1);
}

TEST_CASE("a chain on the token that shows only after a login costs one login") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.token.rule("token label=prod serial=7 pin=1234");
  flow.token.rule("key P-256 label=release id=01 public=hidden pem=" + flow.key_file);
  flow.token.rule("certificate pem=" + flow.leaf_file + " label=release id=01 hidden");
  CHECK(flow.sign(flow.id(), {{"ca_certs", flow.ca_file}}).signature.bytes().size() == 64);
  CHECK(flow.token.calls("C_Login") == 1);
  const base::Error error = error_of([&] { flow.describe({{"ca_certs", flow.ca_file}}); });
  require_error(error, ErrorKind::key_not_found);
  CHECK(error.hint().find("set chain_file") != std::string::npos);
}

TEST_CASE("a chain for another key is refused before a login") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  const support::Chain other = support::make_chain(support::TestKey::other(pkcs11::KeySpec::ec_256));
  flow.chain_file = flow.folder.write("other.pem", support::pem(other.certificates()));
  REQUIRE_ERROR(flow.sign(), ErrorKind::invalid_chain);
  CHECK(flow.token.calls("C_Login") == 0);
  CHECK(flow.token.calls("C_Sign") == 0);
}

TEST_CASE("a chain without its root is refused before the PIN file is read") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.chain_file = flow.leaf_file;
  flow.folder.write("pin", "");
  REQUIRE_ERROR(flow.sign(), ErrorKind::invalid_chain);
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("a request for another kind of key than the certificate's is refused") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.key = support::TestKey::shared(pkcs11::KeySpec::ec_384);
  flow.chain_file = flow.folder.write("384.pem", support::pem(support::make_chain(flow.key).certificates()));
  flow.token.rule("key P-384 label=other id=02 pem=" + flow.folder.write("384.key", flow.key.private_pem()));
  REQUIRE_ERROR(flow.sign(flow.id("pkcs11:token=prod;object=other"), {{"chain_file", flow.chain_file}}),
                ErrorKind::invalid_request);
}

TEST_CASE("nothing is signed when nobody is left to take the answer") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.host_is_there = false;
  REQUIRE_ERROR(flow.sign(), ErrorKind::host_gone);
  CHECK(flow.token.calls("C_Sign") == 0);
}

TEST_CASE("a signature by another key never leaves") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.token.rule("quirk signature wrong-key");
  REQUIRE_ERROR(flow.sign(), ErrorKind::signature_invalid);
  CHECK(flow.token.calls("C_Sign") == 1);
}

TEST_CASE("an unknown outcome of C_Sign is said and never repeated") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.token.rule("fail C_Sign CKR_DEVICE_ERROR");
  REQUIRE_ERROR(flow.sign(), ErrorKind::outcome_unknown, 0x30UL);
  CHECK(flow.token.calls("C_Sign") == 1);
}

TEST_CASE("a leaf that is about to expire is a warning, or where configured a refusal") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.terminal = FakeTerminal(true);
  support::CertificateTemplate leaf = support::leaf_template("short");
  const auto now = std::chrono::system_clock::to_time_t(base::system_clock().wall());
  leaf.not_after = now + 10 * 86'400;
  const support::Chain chain = support::make_chain(flow.key);
  const base::Bytes certificate = support::issue(leaf, flow.key, chain.intermediate);
  flow.chain_file = flow.folder.write(
      "short.pem", support::pem({certificate, chain.intermediate.certificate, chain.root.certificate}));
  CHECK(flow.sign().signature.bytes().size() == 64);
  REQUIRE(flow.terminal.lines.size() == 1);
  CHECK(flow.terminal.lines.front().find("expires in") != std::string::npos);
}

TEST_CASE("a token without a login needs no PIN source") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.token.rule("token label=prod serial=7 no-login");
  flow.token.rule("key P-256 label=release id=01 private=visible pem=" + flow.key_file);
  std::filesystem::remove(flow.pin_file);
  const std::string id = "pkcs11:token=prod;object=release?module-path=" + flow.module();
  CHECK(flow.sign(id, {{"chain_file", flow.chain_file}}).signature.bytes().size() == 64);
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("people are asked only where the PIN can be had") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  const std::string asked = flow.folder.path() + "/asked";
  const std::string gate = flow.folder.write("gate", "#!/bin/sh\necho >" + asked + R"(
echo '{"status":"withdrawn"}')",
                                             0700);
  const auto sign_with = [&](const std::string& pin_source) {
    flow.settings.user = flow.folder.write(
        "config.json", R"({"version":1,"keys":{"release":{
      "uri":"pkcs11:token=prod;object=release","module":")" +
                           flow.module() + R"(","chain_file":")" + flow.chain_file + R"(",)" + pin_source +
                           R"("approval":{"public_key":")" + trust::spki_sha256(flow.key.public_key()) +
                           R"(","backend":"exec","exec":{"command":[")" + gate + R"("]}}}}})");
    return error_of([&] { flow.sign("release", {}); });
  };
  const auto require_no_pin = [&](const std::string& pin_source, const std::string& message) {
    const base::Error error = sign_with(pin_source);
    require_error(error, ErrorKind::pin_unavailable);
    CHECK(error.message().starts_with(message));
    CHECK_FALSE(std::filesystem::exists(asked));
  };
  require_no_pin("", "no PIN: environment variable NOTATION_PKCS11_PIN is not set and there is no terminal");
  require_no_pin(R"("pin_source":"prompt",)", "there is no terminal");
  require_no_pin(R"("pin_source":"env:NP11_NO_SUCH_VARIABLE",)",
                 "no PIN: environment variable NP11_NO_SUCH_VARIABLE is not set");
  for (const std::string enough : {R"("pin_source":"file:pin",)", R"("quirks":["never-login"],)"}) {
    require_error(sign_with(enough), ErrorKind::request_lost);
    CHECK(std::filesystem::remove(asked));
  }
  flow.terminal = FakeTerminal(true, "1234");
  require_error(sign_with(""), ErrorKind::request_lost);
  CHECK(flow.terminal.prompts.empty());
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("a key that wants its PIN at every signature gets it") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.token.rule("token label=prod serial=7 pin=1234");
  flow.token.rule("key P-256 label=release id=01 always-authenticate pem=" + flow.key_file);
  CHECK(flow.sign().signature.bytes().size() == 64);
  CHECK(flow.token.calls("C_Login") == 2);
}
