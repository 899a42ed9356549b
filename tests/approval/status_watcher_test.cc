#include "approval/status_watcher.h"

#include <csignal>
#include <sstream>

#include "approval_fixture.h"
#include "catch.h"
#include "fake_terminal.h"

using namespace fixture;

namespace {

Ticket make_ticket() {
  Ticket ticket;
  ticket.request.id = "3f9a12ab" + std::string(24, '0');
  ticket.request.key_name = "release";
  ticket.request.key_sha256 = std::string(64, 'e');
  ticket.request.subject = make_question().subject;
  ticket.request.created = kNoon;
  ticket.request.expires = kNoon + 24h;
  ticket.place = "approvals.example.com";
  ticket.service_id = "JIRA-7";
  ticket.progress = waiting_for({"anna"}, {"bert"});
  return ticket;
}

// A person or none, a log file, and the watcher.
struct Scene {
  explicit Scene(bool person, std::vector<std::string> notify = {})
      : terminal(person), watcher(terminal, log, clock, std::move(notify)) {
    (void)std::signal(SIGPIPE, SIG_IGN);  // as the product does
  }

  // The log without times and process ids.
  std::vector<std::string> logged() const {
    std::vector<std::string> lines;
    std::istringstream text(content_of(root / "log"));
    for (std::string line; std::getline(text, line);) {
      const std::size_t level = line.find(' ', line.find(' ') + 1) + 1;
      lines.push_back(line.substr(level));
    }
    return lines;
  }

  TemporaryFolder root;
  platform::Log log{{platform::LogLevel::info, root / "log"}};
  FakeTerminal terminal;
  FakeClock clock;
  approval::StatusWatcher watcher;
};

}  // namespace

TEST_CASE("a person is told what is asked and how to see it, once") {
  Scene scene(true);
  scene.watcher.asked(make_ticket());
  CHECK(scene.terminal.lines ==
        std::vector<std::string>{"notation-pkcs11: asked for approval of " + kDigest + " with key \"release\"",
                                 "notation-pkcs11: to see it: notation-pkcs11 approvals show 3f9a12ab"});
  CHECK(scene.logged() == std::vector<std::string>{"info approval: asked for approval of " + kDigest +
                                                   " with key \"release\" at approvals.example.com, request " +
                                                   make_ticket().request.id + ", there JIRA-7"});
  scene.terminal.lines.clear();
  scene.watcher.resumed(make_ticket());
  CHECK(scene.terminal.lines.at(0) ==
        "notation-pkcs11: waiting again for approval of " + kDigest + " with key \"release\"");
}

TEST_CASE("a person sees the time left each second, in one line of less than 80 columns, without colour") {
  Scene scene(true);
  CHECK(scene.watcher.tick() == 1s);
  scene.watcher.waiting(make_ticket(), 14min + 32s);
  scene.watcher.waiting(make_ticket(), 14min + 31s);
  scene.watcher.over();
  CHECK(scene.terminal.statuses ==
        std::vector<std::string>{"waiting for approval 3f9a12ab: 1 approved (anna), missing bert; 14:32 left",
                                 "waiting for approval 3f9a12ab: 1 approved (anna), missing bert; 14:31 left", ""});
  for (const std::string& line : scene.terminal.statuses) {
    CHECK(line.size() < 80);
    CHECK(line.find('\x1b') == std::string::npos);
  }
}

TEST_CASE("where approvers answer is shown once it is known, and made harmless") {
  Scene scene(true);
  Ticket ticket = make_ticket();
  scene.watcher.waiting(ticket, 1min);
  ticket.progress.where = "https://approvals.example.com/7\x1b[2J";
  scene.watcher.waiting(ticket, 1min);
  scene.watcher.waiting(ticket, 1min);
  CHECK(scene.terminal.lines ==
        std::vector<std::string>{"notation-pkcs11: approvers: https://approvals.example.com/7\\x1b[2J"});
}

TEST_CASE("a service that names another place each time is shown with ten of them") {
  Scene scene(true);
  Ticket ticket = make_ticket();
  for (int number = 0; number < 12; ++number) {
    ticket.progress.where = "room " + std::to_string(number);
    scene.watcher.waiting(ticket, 1min);
  }
  CHECK(scene.terminal.lines.size() == 10);
  CHECK(scene.terminal.lines.back() == "notation-pkcs11: approvers: room 9");
}

TEST_CASE("without a person the log gets a line when something has changed, and nobody is woken up") {
  Scene scene(false);
  CHECK(scene.watcher.tick() == 0ms);
  Ticket ticket = make_ticket();
  scene.watcher.waiting(ticket, 15min);
  scene.watcher.waiting(ticket, 14min);
  ticket.progress.executing = true;
  scene.watcher.waiting(ticket, 13min);
  scene.watcher.over();
  CHECK(scene.logged() == std::vector<std::string>{"info approval: request " + ticket.request.id +
                                                       ": approved by anna; missing: bert; 15:00 left",
                                                   "info approval: request " + ticket.request.id +
                                                       ": approved by anna; the service has yet to act; 13:00 left"});
  CHECK(scene.terminal.lines.empty());
}

TEST_CASE("trouble is a warning to the person and in the log") {
  Scene scene(true);
  scene.watcher.trouble("connection refused");
  CHECK(scene.terminal.lines == std::vector<std::string>{"notation-pkcs11: warning: connection refused"});
  CHECK(scene.logged().at(0).ends_with("connection refused"));
}

TEST_CASE("the notify program gets the request once, and no variable but the plain ones") {
  const EnvironmentScope secret("NOTATION_PKCS11_PIN", "1234");
  const TemporaryFolder root;
  const std::string script = root.write(
      "notify", "#!/bin/sh\ncat >> '" + root / "question" + "'\nenv >> '" + root / "variables" + "'\n", 0700);
  Scene scene(false, {script});
  scene.watcher.asked(make_ticket());
  scene.watcher.resumed(make_ticket());
  scene.watcher.waiting(make_ticket(), 1min);
  const std::string question = content_of(root / "question");
  CHECK(question.find(R"("verb":"submit")") != std::string::npos);
  CHECK(question.find(make_ticket().request.id) != std::string::npos);
  CHECK(question.find(make_ticket().request.id) == question.rfind(make_ticket().request.id));
  const std::string variables = content_of(root / "variables");
  CHECK(variables.find("PATH=") != std::string::npos);
  CHECK(variables.find("1234") == std::string::npos);
}

TEST_CASE("a notify program that fails or is missing is a line in the log, no more") {
  const TemporaryFolder root;
  const std::string script = root.write("notify", "#!/bin/sh\necho no chat today >&2\nexit 3\n", 0700);
  Scene scene(true, {script});
  CHECK_NOTHROW(scene.watcher.asked(make_ticket()));
  CHECK(scene.logged().at(1).find("ended with status 3") != std::string::npos);
  CHECK(scene.logged().at(1).find("no chat today") != std::string::npos);
  CHECK(scene.terminal.lines.size() == 2);

  Scene missing(true, {root / "missing"});
  CHECK_NOTHROW(missing.watcher.asked(make_ticket()));
  CHECK(missing.logged().at(1).find("missing") != std::string::npos);
}
