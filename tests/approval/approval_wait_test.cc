#include "approval_fixture.h"
#include "catch.h"
#include "throws_error.h"
#include "trust/public_key.h"

using namespace fixture;
using base::ErrorKind;

TEST_CASE("the first question comes after a second, the next ones later and later, at most 15 seconds apart") {
  Place place;
  Run run(place);
  run.wait = 60s;
  ScriptedBackend backend;
  REQUIRE_ERROR((void)run.obtain(backend), ErrorKind::undecided);
  CHECK(run.pauses == std::vector<std::chrono::milliseconds>{1000ms, 1500ms, 2250ms, 3375ms, 5062ms, 7593ms, 11389ms,
                                                             15000ms, 12831ms});
  CHECK(backend.count("poll") == 9);
}

TEST_CASE("chance moves each interval by a fifth at most") {
  for (const double chance : {0.0, 1.0}) {
    Place place;
    Run run(place);
    run.chance = chance;
    run.wait = 3s;
    ScriptedBackend backend;
    REQUIRE_ERROR((void)run.obtain(backend), ErrorKind::undecided);
    CHECK(run.pauses.at(0) == (chance == 0.0 ? 800ms : 1200ms));
    CHECK(run.pauses.at(1) == (chance == 0.0 ? 1200ms : 1800ms));
  }
}

TEST_CASE("a service's own word on the next question counts, within the run's time") {
  Place place;
  Run run(place);
  run.wait = 100s;
  ScriptedBackend backend;
  schema::ApprovalWaiting later;
  later.retry_after = 40s;
  schema::ApprovalFailed busy = no_answer("too many requests");
  busy.retry_after = 0s;
  schema::ApprovalWaiting much_later;
  much_later.retry_after = 1h;
  backend.say(backend.submits, later);
  backend.say(backend.polls, busy);
  backend.say(backend.polls, much_later);
  REQUIRE_ERROR((void)run.obtain(backend), ErrorKind::undecided);
  CHECK(run.pauses == std::vector<std::chrono::milliseconds>{40s, 1s, 59s});
}

TEST_CASE("faults on the way do not end the wait, and each is told once") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  for (const char* text : {"502", "502", "reset", "502"})
    backend.say(backend.polls, no_answer(text));
  schema::ApprovalWaiting strange;
  strange.warning = "unknown status";
  backend.say(backend.polls, strange);
  backend.say(backend.polls, schema::ApprovalPermitted{});
  (void)run.obtain(backend);
  CHECK(run.watcher.troubles == std::vector<std::string>{"502", "reset", "unknown status"});
}

TEST_CASE("a service that words each fault anew is told about ten times") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  for (int number = 0; number < 12; ++number)
    backend.say(backend.polls, no_answer("fault " + std::to_string(number)));
  backend.say(backend.polls, schema::ApprovalPermitted{});
  (void)run.obtain(backend);
  CHECK(run.watcher.troubles.size() == 10);
  CHECK(run.watcher.troubles.back() == "fault 9");
}

TEST_CASE("when the last question had no answer the hint says why") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  backend.say(backend.polls, waiting_for({"anna"}, {}));
  backend.say(backend.polls, no_answer("connection refused"));
  const base::Error error = error_of([&] { (void)run.obtain(backend); });
  CHECK(error.message().ends_with("is not complete after 15 minutes: approved by anna"));
  CHECK(error.hint().starts_with("the last question had no answer: connection refused\nrequest "));
}

TEST_CASE("a run waits for its turn two minutes and as long as one question may take") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  backend.longest_call_ = -2min;  // what is left of the patience is nothing
  const auto turn = place.tickets.lock(trust::spki_sha256(run.question.key), run.question.subject, 0ms);
  REQUIRE_ERROR(run.obtain(backend), base::ErrorKind::busy);
  CHECK(backend.calls.empty());
}

TEST_CASE("a request that the service does not take is handed in again, and then given up") {
  for (const bool signs : {false, true}) {
    Place place;
    Run run(place);
    ScriptedBackend backend(signs);
    schema::ApprovalFailed busy = no_answer("status 429");
    busy.throttled = true;
    backend.say(backend.submits, busy);
    run.wait = 3s;
    const base::Error error = error_of([&] { (void)run.obtain(backend); });
    require_error(error, ErrorKind::busy);
    CHECK(error.message() ==
          "approval of " + kDigest + " with key \"release\" cannot be asked for at approvals.example.com: status 429");
    CHECK(backend.count("submit") == 4);
    CHECK(backend.count("withdraw") == 0);
    CHECK(backend.submitted.at(0).id == backend.submitted.at(3).id);
    CHECK(run.watcher.events == std::vector<std::string>{"over"});
    CHECK(place.tickets.all().size() == (signs ? 0 : 1));
  }
}

TEST_CASE("a person at a terminal sees the time go by, nobody else is woken up for it") {
  for (const auto tick : {0ms, 1000ms}) {
    Place place;
    Run run(place);
    run.watcher.tick_ = tick;
    ScriptedBackend backend;
    schema::ApprovalWaiting later;
    later.retry_after = 5s;
    backend.say(backend.submits, later);
    backend.say(backend.polls, schema::ApprovalPermitted{});
    (void)run.obtain(backend);
    if (tick.count() == 0) {
      CHECK(run.pauses == std::vector<std::chrono::milliseconds>{5s});
      CHECK(run.watcher.lefts == std::vector<std::chrono::seconds>{900s});
    } else {
      CHECK(run.pauses == std::vector<std::chrono::milliseconds>(5, 1s));
      CHECK(run.watcher.lefts == std::vector<std::chrono::seconds>{900s, 899s, 898s, 897s, 896s});
    }
  }
}

TEST_CASE("without a wait the request goes out and stays open") {
  Place place;
  Run first(place);
  first.wait = 0s;
  ScriptedBackend backend;
  backend.say(backend.submits, waiting_for({}, {"anna", "bert"}));
  base::Error error = error_of([&] { (void)first.obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.message() == "approval of " + kDigest +
                               " with key \"release\" is not complete: nobody has approved it; missing: anna, bert");
  CHECK(backend.calls == std::vector<std::string>{"submit"});
  CHECK(first.pauses.empty());
  CHECK(first.watcher.events == std::vector<std::string>{"asked", "over"});

  Run second(place);
  second.wait = 0s;
  backend.say(backend.polls, waiting_for({"anna"}, {"bert"}));
  error = error_of([&] { (void)second.obtain(backend); });
  CHECK(error.message() ==
        "approval of " + kDigest + " with key \"release\" is not complete: approved by anna; missing: bert");
  CHECK(second.watcher.events == std::vector<std::string>{"resumed", "over"});

  Run third(place);
  third.wait = 0s;
  backend.polls.clear();
  backend.say(backend.polls, schema::ApprovalPermitted{});
  CHECK_NOTHROW(third.obtain(backend));
  CHECK(third.watcher.events == std::vector<std::string>{"over"});
  CHECK(backend.calls == std::vector<std::string>{"submit", "poll", "poll", "redeem"});
}

TEST_CASE("without a wait a request for the very bytes stays open until the next run withdraws it") {
  Place place;
  Run first(place);
  first.wait = 0s;
  ScriptedBackend backend(true);
  const base::Error error = error_of([&] { (void)first.obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.hint() == "request " + error.request().substr(0, 8) +
                            " at approvals.example.com is left open, but its service signs the very bytes of one run: "
                            "the next run withdraws it and asks anew");
  CHECK(backend.withdrawn.empty());

  backend.say(backend.submits, signed_by_service());
  Run second(place);
  second.wait = 0s;
  CHECK(second.obtain(backend).signature().has_value());
  CHECK(backend.withdrawn == std::vector<std::string>{error.request()});
}

TEST_CASE("people can be asked ahead of the signing, and the run that signs goes on with it") {
  Place place;
  ScriptedBackend backend;
  Run ahead(place);
  ahead.question.payload = {};
  const Ticket ticket = ahead.ask_ahead(backend);
  CHECK(ticket.state == TicketState::open);
  CHECK(ticket.service_id == "service-" + ticket.request.id.substr(0, 8));
  CHECK(ahead.watcher.events == std::vector<std::string>{"asked", "over"});
  CHECK(ahead.pauses.empty());

  backend.say(backend.polls, schema::ApprovalPermitted{});
  CHECK(Run(place).ask_ahead(backend).state == TicketState::permitted);
  CHECK(Run(place).obtain(backend).grant().request() == ticket.request.id);
  CHECK(backend.count("submit") == 1);
}

TEST_CASE("people who refused are not asked ahead again") {
  Place place;
  ScriptedBackend backend;
  backend.say(backend.submits, schema::ApprovalRefused{{"anna"}, "no"});
  REQUIRE_ERROR(Run(place).ask_ahead(backend), ErrorKind::denied);
  REQUIRE_ERROR(Run(place).ask_ahead(backend), ErrorKind::denied);
  CHECK(backend.count("submit") == 1);
}

TEST_CASE("nobody can be asked ahead about bytes that do not exist yet") {
  Place place;
  ScriptedBackend backend(true);
  const base::Error error = error_of([&] { (void)Run(place).ask_ahead(backend); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message() == "approval of " + kDigest +
                               " cannot be asked for ahead of signing it: approvals.example.com approves the very "
                               "bytes to be signed, and they do not exist yet");
  CHECK(backend.calls.empty());
}
