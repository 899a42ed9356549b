#include "exec_backend.h"

#include <csignal>

#include "base/error.h"
#include "catch.h"
#include "platform/environment_scope.h"
#include "platform/program.h"
#include "platform/temporary_folder.h"
#include "schema/exec_approval.h"
#include "support/test_clock.h"
#include "throws_error.h"

using base::ErrorKind;
using schema::ApprovalFailed;
using schema::ApprovalPermitted;
using schema::ApprovalWaiting;
using schema::ExecVerb;

namespace {

// An exec backend whose program is a shell script.
struct Gate {
  explicit Gate(const std::string& script) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    program = folder.write("gate", "#!/bin/sh\n" + script, 0700);
    settings.command = {program};
    ticket.request.id = "00112233445566778899aabbccddeeff";
    ticket.request.key_sha256 = std::string(64, 'a');
    ticket.request.subject = {
        {"application/vnd.oci.image.manifest.v1+json", "sha256:" + std::string(64, 'b'), 1234, {}},
        "notary.x509",
        std::nullopt};
    ticket.service_id = "REL-7";
  }

  std::unique_ptr<approval::Backend> backend() {
    return approval::make_exec(settings, {clock, log, secrets, folder.path() + "/"});
  }
  approval::Submitted submit() { return backend()->submit(ticket.request, {}); }
  schema::ApprovalAnswer poll() { return backend()->poll(ticket); }
  schema::ApprovalAnswer redeem() { return backend()->redeem(ticket); }
  void withdraw() { backend()->withdraw(ticket); }

  TemporaryFolder folder;
  std::string program;
  schema::ExecSettings settings;
  schema::Ticket ticket;
  support::TestClock clock;
  platform::Log log{{platform::LogLevel::error, "/dev/null"}};
  platform::EnvironmentSecrets secrets;
};

std::string failure_of(const std::function<void()>& action) {
  const base::Error error = error_of(action);
  require_error(error, ErrorKind::service_failed);
  CHECK(error.phase() == base::Phase::approval);
  return error.message();
}

}  // namespace

TEST_CASE("each verb hands the question to the program and its answer back") {
  Gate gate(R"(cat >"${0%/*}/question"
echo '{"status":"permitted","approved":["ann"]}')");
  const auto asked = [&](ExecVerb verb, const std::string& service_id) {
    CHECK(content_of(gate.folder / "question") == schema::encode_exec_question(verb, gate.ticket.request, service_id));
  };
  const ApprovalPermitted permitted{{"ann"}, std::nullopt, {}};
  CHECK(gate.submit().answer == schema::ApprovalAnswer(permitted));
  asked(ExecVerb::submit, "");
  CHECK(gate.poll() == schema::ApprovalAnswer(permitted));
  asked(ExecVerb::poll, "REL-7");
  CHECK(gate.redeem() == schema::ApprovalAnswer(permitted));
  asked(ExecVerb::redeem, "REL-7");
  gate.withdraw();
  asked(ExecVerb::withdraw, "REL-7");
}

TEST_CASE("a program with other arguments is another place") {
  Gate gate("");
  CHECK(gate.backend()->place() == gate.program);
  gate.settings.command.insert(gate.settings.command.end(), {"--room", "release gate", "\x1b[2J", ""});
  CHECK(gate.backend()->place() == gate.program + " --room \"release gate\" \\x1b[2J \"\"");
  gate.settings.command.emplace_back(5000, 'x');
  CHECK(gate.backend()->place().size() == 4096);
}

TEST_CASE("one question may take as long as the program") {
  Gate gate("");
  gate.settings.timeout = std::chrono::minutes(10);
  CHECK(gate.backend()->longest_call() == std::chrono::minutes(10));
}

TEST_CASE("the program's name for the request comes back from submit") {
  Gate gate(R"(echo '{"status":"waiting","service_id":"REL-8","missing":["bob"]}')");
  const approval::Submitted submitted = gate.submit();
  CHECK(submitted.service_id == "REL-8");
  CHECK(std::get<ApprovalWaiting>(submitted.answer).missing == std::vector<std::string>{"bob"});
}

TEST_CASE("the program gets its arguments and, of the environment, what the settings name") {
  const EnvironmentScope url("GATE_URL", "https://gate.example.com");
  const EnvironmentScope secret("OTHER", "secret");
  Gate gate(R"(echo "{\"status\":\"waiting\",\"where\":\"$1 $GATE_URL $OTHER.\"}")");
  gate.settings.command.emplace_back("release gate");
  gate.settings.environment = {"GATE_URL"};
  CHECK(std::get<ApprovalWaiting>(gate.poll()).where == "release gate https://gate.example.com .");
}

TEST_CASE("a program that fails at submit, redeem or withdraw ends the run with its last words") {
  Gate gate("echo begin >&2; echo 'connection \033[31mrefused' >&2; echo >&2; exit 3");
  const auto message = [&](const char* verb) {
    return "approval program " + gate.program + " failed at " + verb + ": exit status 3: connection \\x1b[31mrefused";
  };
  CHECK(failure_of([&] { (void)gate.submit(); }) == message("submit"));
  CHECK(failure_of([&] { (void)gate.redeem(); }) == message("redeem"));
  CHECK(failure_of([&] { gate.withdraw(); }) == message("withdraw"));
}

TEST_CASE("a program that fails at poll only has no answer this time") {
  for (const char* script : {"echo oops >&2; exit 1", "echo '{}'", "echo no JSON", "exit 75", "kill -9 $$",
                             R"(echo '{"status":"signed"}')", "exec cat /dev/zero"}) {
    Gate gate(script);
    const schema::ApprovalAnswer answer = gate.poll();
    const auto* failed = std::get_if<ApprovalFailed>(&answer);
    REQUIRE(failed != nullptr);
    CHECK(failed->retryable);
    CHECK(failed->message.find(gate.program) != std::string::npos);
  }
  Gate gate("echo oops >&2; exit 1");
  CHECK(std::get<ApprovalFailed>(gate.poll()).message ==
        "approval program " + gate.program + " failed at poll: exit status 1: oops");
}

TEST_CASE("exit status 75 at submit and redeem means that asking again may help") {
  Gate gate("echo down for maintenance >&2; exit 75");
  const auto message = [&](const char* verb) {
    return "approval program " + gate.program + " failed at " + verb + ": exit status 75: down for maintenance";
  };
  CHECK(gate.submit().answer == schema::ApprovalAnswer(ApprovalFailed{true, message("submit"), std::nullopt, false}));
  CHECK(gate.redeem() == schema::ApprovalAnswer(ApprovalFailed{true, message("redeem"), std::nullopt, false}));
  CHECK(failure_of([&] { gate.withdraw(); }) == message("withdraw"));
}

TEST_CASE("a program without errors to show is named with its exit status alone") {
  Gate gate("exit 4");
  CHECK(failure_of([&] { (void)gate.submit(); }) ==
        "approval program " + gate.program + " failed at submit: exit status 4");
}

TEST_CASE("long last words are cut to 200 bytes") {
  Gate gate("head -c 3000 /dev/zero | tr '\\0' x >&2; exit 1");
  const std::string message = failure_of([&] { (void)gate.submit(); });
  const std::string start = "approval program " + gate.program + " failed at submit: exit status 1: ";
  CHECK(message == start + std::string(197, 'x') + "...");
}

TEST_CASE("a program that takes too long or writes too much is stopped and said so") {
  Gate slow("sleep 60");
  slow.settings.timeout = std::chrono::milliseconds(150);
  CHECK(failure_of([&] { (void)slow.submit(); }) ==
        "approval program " + slow.program + " failed at submit: no answer within 150 ms");
  slow.settings.timeout = std::chrono::seconds(1);
  CHECK(std::get<ApprovalFailed>(slow.poll()).message ==
        "approval program " + slow.program + " failed at poll: no answer within 1 s");
  Gate endless("exec yes");
  CHECK(failure_of([&] { (void)endless.submit(); }) ==
        "approval program " + endless.program + " failed at submit: it wrote more than 65536 bytes");
}

TEST_CASE("an answer that must not be given ends submit and redeem and says what is wrong") {
  Gate gate(R"(echo '{"status":"signed"}')");
  const std::string start = "cannot use the answer of " + gate.program + " to ";
  CHECK(failure_of([&] { (void)gate.submit(); }).starts_with(start + "submit: "));
  CHECK(failure_of([&] { (void)gate.redeem(); }).starts_with(start + "redeem: "));
  Gate talkative(R"(echo '{"status":"waiting"}'; echo done)");
  CHECK(failure_of([&] { (void)talkative.submit(); }).starts_with("cannot use the answer of "));
}

TEST_CASE("a request that has ended in whatever way counts as withdrawn, a failure does not") {
  for (const char* answer : {R"({"status":"withdrawn"})", R"({"status":"expired"})", R"({"status":"permitted"})",
                             R"({"status":"refused","by":["ann"]})"}) {
    Gate gate(std::string("echo '") + answer + "'");
    CHECK_NOTHROW(gate.withdraw());
  }
  Gate gate(R"(echo '{"status":"failed","message":"database is away"}')");
  CHECK(failure_of([&] { gate.withdraw(); }) ==
        "approval program " + gate.program + " failed at withdraw: database is away");
}

TEST_CASE("a program that others may write is never run, also not at poll") {
  Gate gate("echo '{\"status\":\"permitted\"}'");
  TemporaryFolder::set_mode(gate.program, 0777);
  REQUIRE_ERROR((void)gate.submit(), ErrorKind::invalid_settings);
  REQUIRE_ERROR((void)gate.poll(), ErrorKind::invalid_settings);
  REQUIRE_ERROR((void)gate.redeem(), ErrorKind::invalid_settings);
  REQUIRE_ERROR(gate.withdraw(), ErrorKind::invalid_settings);
}

TEST_CASE("the example that asks at a prompt serves every verb") {
  Gate gate("");
  gate.ticket.request.created = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  gate.ticket.request.expires = gate.ticket.request.created + std::chrono::hours(1);
  const EnvironmentScope folder("GATE_FOLDER", gate.folder.make_folder("requests", 0700).c_str());
  gate.settings.command = {gate.folder.write("gate-prompt.py", content_of(EXAMPLES "/gate-prompt.py"), 0700)};
  gate.settings.environment = {"GATE_FOLDER"};
  CHECK(std::holds_alternative<ApprovalWaiting>(gate.submit().answer));
  CHECK(std::holds_alternative<ApprovalWaiting>(gate.poll()));
  CHECK_FALSE(std::get<ApprovalFailed>(gate.redeem()).retryable);
  const platform::ProgramOrder approver{
      {gate.settings.command.front(), "answer"}, platform::pick_environment({"GATE_FOLDER"}), "ann\ny\n"};
  CHECK(platform::run_program(approver).exit_status == 0);
  const schema::ApprovalAnswer permitted = ApprovalPermitted{{"ann"}, std::nullopt, {}};
  CHECK(gate.poll() == permitted);
  CHECK(gate.redeem() == permitted);
  CHECK(gate.submit().answer == permitted);
  gate.withdraw();
}
