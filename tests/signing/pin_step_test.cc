#include "signing/pin_step.h"

#include "flow_fixture.h"
#include "throws_error.h"

using base::ErrorKind;

TEST_CASE("a refused PIN is tried once and is not repeated by the next runs") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  flow.folder.write("pin", "9999\n");
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_refused, 0xA0UL);
  CHECK(flow.token.calls("C_Login") == 1);
  if (!isolated) return;  // a LocalService keeps its module's session in this process

  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_refused);
  const base::Error error = error_of([&] { flow.sign(); });
  require_error(error, ErrorKind::pin_withheld);
  CHECK(error.message().find("the last 2 were refused") != std::string::npos);
  CHECK(flow.token.calls("C_Login") == 2);
}

TEST_CASE("an accepted PIN clears the count of refusals") {
  Flow flow(true);
  flow.plain_token();
  flow.folder.write("pin", "9999\n");
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_refused);
  flow.folder.write("pin", "1234\n");
  flow.sign();
  flow.folder.write("pin", "9999\n");
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_refused);
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_refused);
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_withheld);
}

TEST_CASE("a locked token is never offered a PIN") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token("locked");
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_withheld);
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("a PIN that has to be changed is not tried") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token("to-be-changed");
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_withheld);
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("the final try is for a person at the prompt, never for a file") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token("final-try");
  REQUIRE_ERROR(flow.sign(), ErrorKind::pin_withheld);
  CHECK(flow.token.calls("C_Login") == 0);

  flow.terminal = FakeTerminal(true, "1234");
  const std::string id = "pkcs11:token=prod;object=release?module-path=" + flow.module();
  CHECK(flow.sign(id, {{"chain_file", flow.chain_file}, {"pin_source", "prompt"}}).signature.bytes().size() == 64);
  REQUIRE(flow.terminal.prompts.size() == 1);
  CHECK(flow.terminal.prompts.front() == (R"(PIN for token "prod", key "pkcs11:token=prod;object=release": )"));
}

TEST_CASE("without any PIN source both ways to give one are named") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token();
  const std::string id = "pkcs11:token=prod;object=release?module-path=" + flow.module();
  const base::Error error = error_of([&] { flow.sign(id, {{"chain_file", flow.chain_file}}); });
  require_error(error, ErrorKind::pin_unavailable);
  const std::string text = error.message() + error.hint();
  CHECK(text.find("NOTATION_PKCS11_PIN") != std::string::npos);
  CHECK(text.find("terminal") != std::string::npos);
}

TEST_CASE("a token with a pad of its own is asked to use it when no PIN source is set") {
  const bool isolated = GENERATE(false, true);
  Flow flow(isolated);
  flow.plain_token("protected-path");
  flow.terminal = FakeTerminal(true);
  const std::string id = "pkcs11:token=prod;object=release?module-path=" + flow.module();
  CHECK(flow.sign(id, {{"chain_file", flow.chain_file}}).signature.bytes().size() == 64);
  REQUIRE(flow.terminal.lines.size() == 1);
  CHECK(flow.terminal.lines.front().find(R"(pad of token "prod")") != std::string::npos);
}
