#include "signing/pin_step.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

#include "flow_fixture.h"
#include "throws_error.h"

using base::ErrorKind;

namespace {

// How each of that many processes that sign at once ended.
std::vector<std::string> sign_in_parallel(Flow& flow, int runs) {
  const auto run = [&flow] {
    try {
      flow.sign();
      return 0;
    } catch (const base::Error& error) {
      if (error.kind() == ErrorKind::pin_refused) return 1;
      return error.kind() == ErrorKind::pin_withheld ? 2 : 3;
    } catch (const std::exception&) {
      return 3;
    }
  };
  std::vector<pid_t> children;
  for (int i = 0; i < runs; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(run());
    children.push_back(child);
  }
  std::vector<std::string> ends;
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    ends.emplace_back(
        std::array{"signed", "refused", "withheld", "failed"}.at(static_cast<std::size_t>(WEXITSTATUS(status))));
  }
  return ends;
}

}  // namespace

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
  CHECK(error.hint().find("\nnotation-pkcs11 token reset-failures --module /") != std::string::npos);
  CHECK(error.hint().find("remove the file " + flow.folder.path() + "/notation-pkcs11/pin-refusals") !=
        std::string::npos);
  CHECK(flow.token.calls("C_Login") == 2);

  REQUIRE(std::filesystem::remove(flow.folder.path() + "/notation-pkcs11/pin-refusals"));
  flow.folder.write("pin", "1234\n");
  CHECK(flow.sign().signature.bytes().size() == 64);
}

TEST_CASE("of many runs at once with a wrong PIN two get to the token, with a good one all sign") {
  const bool good = GENERATE(false, true);
  Flow flow(true);
  flow.plain_token();
  flow.token.rule("sleep C_Login 30");
  if (!good) flow.folder.write("pin", "9999\n");
  constexpr int kRuns = 6;
  const std::vector<std::string> ends = sign_in_parallel(flow, kRuns);
  CHECK(std::count(ends.begin(), ends.end(), "signed") == (good ? kRuns : 0));
  CHECK(std::count(ends.begin(), ends.end(), "refused") == (good ? 0 : 2));
  CHECK(std::count(ends.begin(), ends.end(), "withheld") == (good ? 0 : kRuns - 2));
  CHECK(flow.token.calls("C_Login") == (good ? kRuns : 2));
}

TEST_CASE("a PIN that turns wrong is not tried after the runs that were under way") {
  Flow flow(true);
  flow.plain_token();
  flow.sign();
  flow.folder.write("pin", "9999\n");
  (void)sign_in_parallel(flow, 3);
  CHECK(flow.token.calls("C_Login") <= 1 + 3);
  flow.token.clear_log();
  for (int i = 0; i < 2; ++i)
    REQUIRE_ERROR(flow.sign(), ErrorKind::pin_withheld);
  CHECK(flow.token.calls("C_Login") == 0);
}

TEST_CASE("a module that dies in the login counts as a refusal, one that fails otherwise does not") {
  const bool dies = GENERATE(false, true);
  Flow flow(true);
  flow.plain_token();
  flow.token.rule(dies ? "crash C_Login" : "fail C_Login CKR_DEVICE_ERROR");
  for (int i = 0; i < 2; ++i)
    REQUIRE_ERROR(flow.sign(), dies ? ErrorKind::module_died : ErrorKind::token_failed);
  REQUIRE_ERROR(flow.sign(), dies ? ErrorKind::pin_withheld : ErrorKind::token_failed);
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

namespace {

// A step of a run whose service is never asked.
struct Step {
  explicit Step(bool person, const std::string& typed = {}) : terminal(person, typed) {
    setup.module.path = "/usr/lib/module.so";
    token.label = "prod";
    token.serial = "7";
    token.pin_min = 4;
    token.pin_max = 8;
  }

  TemporaryFolder folder;
  EnvironmentScope state_home{"XDG_STATE_HOME", folder.path().c_str()};
  FakeTerminal terminal;
  platform::Log log;
  platform::EnvironmentSecrets secrets;
  signing::KeySetup setup;
  pkcs11::TokenState token;
  signing::RunContext context{{}, [] {}, {}, terminal, log, base::system_clock(), secrets, {}};
  signing::PinStep step{setup, context};

  void refuse(bool security_officer) {
    const pkcs11::Login login = security_officer ? step.obtain_so(token) : step.obtain(token);
    REQUIRE_ERROR(step.use(token, [] { throw base::Error(ErrorKind::pin_refused, base::Phase::login, "wrong"); }),
                  ErrorKind::pin_refused);
  }
};

}  // namespace

TEST_CASE("the security officer's refused PINs are counted apart from the user's, and can be forgotten") {
  Step run(false);
  const std::string pin = run.folder.write("pin", "1234\n");
  run.setup.pin_source = run.setup.so_pin_source = platform::PinSource{platform::PinSourceKind::file, pin};
  run.refuse(true);
  run.refuse(true);
  CHECK(run.step.refusals(run.token).security_officer == 2);
  CHECK(run.step.refusals(run.token).user == 0);
  (void)run.step.obtain_so(run.token);
  const base::Error error = error_of([&] { run.step.use(run.token, [] {}); });
  require_error(error, ErrorKind::pin_withheld);
  CHECK(error.message().starts_with("SO PIN for token \"prod\" is not tried"));
  run.refuse(false);
  const signing::PinStep::Forgotten forgotten = run.step.forget_refusals(run.token);
  CHECK(forgotten.security_officer == 2);
  CHECK(forgotten.user == 1);
  CHECK(run.step.refusals(run.token).security_officer == 0);
}

TEST_CASE("a new PIN is typed twice, with the token's lengths in sight") {
  Step run(true, "12345");
  const base::Secret pin = run.step.choose(run.token, std::nullopt, "new PIN", "--new-pin-source");
  CHECK(base::text_of(pin.reveal()) == "12345");
  REQUIRE(run.terminal.prompts.size() == 2);
  CHECK(run.terminal.prompts[0] == "new PIN for token \"prod\" (4 to 8 characters): ");
  CHECK(run.terminal.prompts[1] == "the same new PIN again: ");
}

TEST_CASE("a new PIN of a length that the token does not take is refused before it is typed again") {
  Step run(true, "123");
  REQUIRE_ERROR(run.step.choose(run.token, std::nullopt, "new PIN", "--x"), ErrorKind::invalid_request);
  CHECK(run.terminal.prompts.size() == 1);
}

TEST_CASE("without a terminal and a source there is no new PIN, and the flag for one is named") {
  Step run(false);
  const base::Error error = error_of([&] { run.step.choose(run.token, std::nullopt, "new PIN", "--new-pin-source"); });
  require_error(error, ErrorKind::pin_unavailable);
  CHECK(error.hint().starts_with("--new-pin-source names a source"));
  REQUIRE_ERROR(run.step.obtain_so(run.token), ErrorKind::pin_unavailable);
}
