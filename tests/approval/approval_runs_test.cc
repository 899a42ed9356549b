#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "approval_fixture.h"
#include "catch.h"
#include "throws_error.h"

using namespace fixture;
using base::ErrorKind;

namespace {

ScriptedBackend::Reply killed() {
  return []() -> ApprovalAnswer { throw Killed{}; };
}

Ticket only_ticket(const Place& place) {
  const std::vector<Ticket> tickets = place.tickets.all();
  REQUIRE(tickets.size() == 1);
  return tickets.front();
}

void kill_while_open(Place& place, ScriptedBackend& backend) {
  backend.polls = {killed()};
  CHECK_THROWS_AS(Run(place).obtain(backend), Killed);
  backend.polls.clear();
}

}  // namespace

TEST_CASE("the intent is on disk before the request goes out") {
  Place place;
  ScriptedBackend backend;
  backend.submits.push_back([&]() -> ApprovalAnswer {
    const Ticket ticket = only_ticket(place);
    CHECK(ticket.state == TicketState::intended);
    CHECK(ticket.request == backend.submitted.at(0));
    CHECK(ticket.payload_sha256.empty());
    return schema::ApprovalWaiting{};
  });
  backend.polls.push_back([&]() -> ApprovalAnswer {
    const Ticket ticket = only_ticket(place);
    CHECK(ticket.state == TicketState::open);
    CHECK(ticket.service_id == "service-" + ticket.request.id.substr(0, 8));
    return schema::ApprovalPermitted{};
  });
  backend.redeems.push_back([&]() -> ApprovalAnswer {
    CHECK(only_ticket(place).state == TicketState::permitted);
    return schema::ApprovalPermitted{};
  });
  (void)Run(place).obtain(backend);
  CHECK(backend.calls == std::vector<std::string>{"submit", "poll", "redeem"});
}

TEST_CASE("killed while handing in, a run is resumed with the same request") {
  Place place;
  ScriptedBackend backend;
  backend.submits.push_back(killed());
  backend.say(backend.submits, schema::ApprovalPermitted{});
  CHECK_THROWS_AS(Run(place).obtain(backend), Killed);
  (void)Run(place).obtain(backend);
  REQUIRE(backend.submitted.size() == 2);
  CHECK(backend.submitted.at(0) == backend.submitted.at(1));
}

TEST_CASE("killed while people decide, a run is resumed without asking them again") {
  Place place;
  ScriptedBackend backend;
  kill_while_open(place, backend);
  backend.say(backend.polls, waiting_for({"anna"}, {}));
  backend.say(backend.polls, schema::ApprovalPermitted{});
  Run run(place);
  (void)run.obtain(backend);
  CHECK(backend.count("submit") == 1);
  CHECK(run.watcher.events == std::vector<std::string>{"resumed", "over"});
  CHECK(run.pauses.size() == 1);  // the first question is asked at once
}

TEST_CASE("killed before the token signs, a run is resumed within the window that was fixed first") {
  Place place;
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalPermitted{});
  backend.redeems.push_back(killed());
  CHECK_THROWS_AS(Run(place).obtain(backend), Killed);
  const base::WallTime end = only_ticket(place).permission->until.value();
  backend.redeems.clear();
  place.clock.set_wall(30min);
  const approval::Approval approval = Run(place).obtain(backend);
  CHECK(only_ticket(place).permission->until == end);
  const std::string& key = approval.grant().key();
  CHECK(approval.grant().covers(key, make_question().subject, end - 1s));
  CHECK_FALSE(approval.grant().covers(key, make_question().subject, end));
  CHECK(backend.count("submit") == 1);

  place.clock.set_wall(30min);
  (void)Run(place).obtain(backend);
  CHECK(backend.count("submit") == 2);
  CHECK(only_ticket(place).request.id == backend.submitted.at(1).id);
}

TEST_CASE("a request that expired while no run was there is withdrawn and asked anew") {
  Place place;
  ScriptedBackend backend;
  kill_while_open(place, backend);
  place.clock.set_wall(24h);
  backend.say(backend.polls, schema::ApprovalPermitted{});
  (void)Run(place).obtain(backend);
  CHECK(backend.count("submit") == 2);
  CHECK(backend.withdrawn == std::vector<std::string>{backend.submitted.at(0).id});
}

TEST_CASE("a request at another service is left alone") {
  Place place;
  ScriptedBackend backend;
  kill_while_open(place, backend);
  ScriptedBackend other;
  other.place_ = "elsewhere.example.com";
  other.say(other.polls, schema::ApprovalPermitted{});
  (void)Run(place).obtain(other);
  CHECK(other.count("submit") == 1);
  CHECK(place.tickets.all().size() == 2);
}

TEST_CASE("a new run withdraws the request of a dead one where a yes belongs to the bytes") {
  Place place;
  ScriptedBackend backend(true);
  kill_while_open(place, backend);
  CHECK(only_ticket(place).payload_sha256 == "ed589341c9fd5da96aaff4c5efa008226282a716186608d5a032ac75895a9c2f");
  backend.say(backend.polls, signed_by_service());
  (void)Run(place).obtain(backend);
  CHECK(backend.count("submit") == 2);
  CHECK(backend.withdrawn == std::vector<std::string>{backend.submitted.at(0).id});
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a request that cannot be withdrawn is kept for the next run") {
  Place place;
  ScriptedBackend backend(true);
  kill_while_open(place, backend);
  const std::string stale = backend.submitted.at(0).id;
  backend.on_withdraw = [] {
    throw base::Error(ErrorKind::service_failed, base::Phase::approval, "connection refused");
  };
  backend.say(backend.polls, signed_by_service());
  Run run(place);
  (void)run.obtain(backend);
  CHECK(run.watcher.troubles ==
        std::vector<std::string>{"request " + stale.substr(0, 8) +
                                 " is not withdrawn, the next run tries again: connection refused"});
  CHECK(only_ticket(place).request.id == stale);

  backend.on_withdraw = nullptr;
  (void)Run(place).obtain(backend);
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a request that expired and could not be withdrawn does not come to life again") {
  Place place;
  ScriptedBackend backend;
  kill_while_open(place, backend);
  place.clock.set_wall(24h + 10min);
  backend.on_withdraw = [] {
    throw base::Error(ErrorKind::service_failed, base::Phase::approval, "connection refused");
  };
  backend.polls = {killed()};
  CHECK_THROWS_AS(Run(place).obtain(backend), Killed);
  CHECK(backend.count("submit") == 2);

  // Back to before the first one's end: it has seen a later time.
  place.clock.set_wall(-20min);
  REQUIRE_ERROR((void)Run(place).obtain(backend), ErrorKind::undecided);
  // Back within the tolerance: the later request is the one to go on with.
  place.clock.set_wall(20min);
  backend.polls.clear();
  backend.say(backend.polls, schema::ApprovalPermitted{});
  CHECK(Run(place).obtain(backend).grant().request() == backend.submitted.at(1).id);
  CHECK(backend.count("submit") == 2);
}

TEST_CASE("of two requests that are open a run goes on with the later") {
  Place place;
  ScriptedBackend backend;
  kill_while_open(place, backend);
  Ticket later = only_ticket(place);
  later.request.id = std::string(32, 'f');
  later.request.created += 1s;
  place.tickets.write(later);
  later.request.id = std::string(32, '0');
  later.request.created -= 2s;
  place.tickets.write(later);
  backend.say(backend.polls, schema::ApprovalPermitted{});
  CHECK(Run(place).obtain(backend).grant().request() == std::string(32, 'f'));
}

TEST_CASE("a yes that another run heard at the last moment is not withdrawn") {
  Place place;
  place.settings.request_lifetime = 60s;
  ScriptedBackend backend;
  Run run(place);
  run.host_is_there = [&] {
    if (place.clock.wall() < kNoon + 60s) return true;
    Ticket ticket = only_ticket(place);
    ticket.state = TicketState::permitted;
    ticket.permission = schema::ApprovalPermitted{{"anna"}, kNoon + 1h, ""};
    place.tickets.write(ticket);
    return true;
  };
  CHECK_NOTHROW(run.obtain(backend));
  CHECK(backend.withdrawn.empty());
}

TEST_CASE("a request that the service never named for us is told as lost") {
  Place place;
  ScriptedBackend backend(true);
  backend.submits.push_back(killed());
  CHECK_THROWS_AS(Run(place).obtain(backend), Killed);
  backend.submits = {};
  backend.say(backend.submits, signed_by_service());
  Run run(place);
  (void)run.obtain(backend);
  CHECK(run.watcher.troubles ==
        std::vector<std::string>{"an earlier run ended before approvals.example.com had named its request for approval "
                                 "of " +
                                 kDigest +
                                 " with key \"release\": it may still be open there, and can no longer be found; an "
                                 "approver can refuse it"});
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a service that was never reached leaves nothing to be lost") {
  Place place;
  ScriptedBackend backend(true);
  backend.submits.push_back([]() -> ApprovalAnswer {
    throw base::Error(ErrorKind::service_failed, base::Phase::approval, "connection refused");
  });
  REQUIRE_ERROR((void)Run(place).obtain(backend), ErrorKind::service_failed);
  CHECK(place.tickets.all().empty());
  backend.submits = {
      []() -> ApprovalAnswer { throw base::Error(ErrorKind::outcome_unknown, base::Phase::approval, "no answer"); }};
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  require_error(error, ErrorKind::outcome_unknown);
  CHECK(only_ticket(place).request.id == error.request());
}

TEST_CASE("a signature that was on disk before a kill is taken by a run with the same bytes only") {
  for (const bool same : {true, false}) {
    Place place;
    ScriptedBackend backend(true);
    Run first(place);
    backend.say(backend.polls, signed_by_service());
    // Dies after the result is on disk: the watcher is told nothing in between, so the ticket is made by hand.
    kill_while_open(place, backend);
    Ticket ticket = only_ticket(place);
    ticket.state = TicketState::executed;
    ticket.result = signed_by_service();
    place.tickets.write(ticket);

    Run second(place);
    if (!same) second.question.payload = base::bytes_of("other bytes");
    backend.say(backend.polls, schema::ApprovalSigned{base::Bytes{9}, {}});
    CHECK(second.obtain(backend).signature() == (same ? base::Bytes{1, 2, 3} : base::Bytes{9}));
    CHECK(backend.count("submit") == (same ? 1 : 2));
    CHECK(backend.withdrawn.empty());
    CHECK(place.tickets.all().empty());
  }
}

TEST_CASE("the request of a run that is alive is left alone, also by cancel") {
  for (const bool signs : {false, true}) {
    Place place;
    ScriptedBackend backend(signs);
    int polls = 0;
    backend.polls.push_back([&]() -> ApprovalAnswer {
      if (polls++ == 0) {
        const base::Error error = error_of([&] { approval::cancel(only_ticket(place), backend, place.tickets); });
        require_error(error, ErrorKind::busy);
        CHECK(error.message() ==
              "cannot cancel approval request " + error.request().substr(0, 8) + ": a run that waits for it is alive");
        ScriptedBackend second(signs);
        second.say(second.polls,
                   signs ? ApprovalAnswer(signed_by_service()) : ApprovalAnswer(schema::ApprovalPermitted{}));
        (void)Run(place).obtain(second);
        CHECK(second.withdrawn.empty());
        CHECK(second.count("submit") == (signs ? 1 : 0));
      }
      return signs ? ApprovalAnswer(signed_by_service()) : ApprovalAnswer(schema::ApprovalPermitted{});
    });
    (void)Run(place).obtain(backend);
    CHECK(backend.withdrawn.empty());
  }
}

TEST_CASE("what one run heard another one waiting for the same request uses") {
  Place place;
  ScriptedBackend backend;
  backend.polls.push_back([&]() -> ApprovalAnswer {
    Ticket ticket = only_ticket(place);
    ticket.state = TicketState::refused;
    ticket.refusal = schema::ApprovalRefused{{"anna"}, "no"};
    place.tickets.write(ticket);
    return schema::ApprovalPermitted{};
  });
  REQUIRE_ERROR((void)Run(place).obtain(backend), ErrorKind::denied);
  CHECK(backend.count("redeem") == 0);
}

TEST_CASE("a request that somebody cancels ends the runs that wait for it") {
  Place place;
  ScriptedBackend backend;
  backend.polls.push_back([&]() -> ApprovalAnswer {
    place.tickets.remove(only_ticket(place));
    return schema::ApprovalWaiting{};
  });
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  require_error(error, ErrorKind::request_lost);
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a dead run's request can be cancelled") {
  for (const bool signs : {false, true}) {
    Place place;
    ScriptedBackend backend(signs);
    kill_while_open(place, backend);
    approval::cancel(only_ticket(place), backend, place.tickets);
    CHECK(backend.count("withdraw") == 1);
    CHECK(place.tickets.all().empty());
  }
}

TEST_CASE("many runs at once for one artifact make one request, and all get their grant") {
  // One service for all of them, which says yes once everybody has asked.
  constexpr int kRuns = 6;
  Place place;
  std::mutex mutex;
  std::set<std::string> requests;
  std::set<int> askers;
  std::atomic<int> grants = 0;
  std::vector<std::thread> threads;
  threads.reserve(kRuns);
  for (int number = 0; number < kRuns; ++number) {
    threads.emplace_back([&, number] {
      FakeClock clock;
      platform::Log log;
      RecordingWatcher watcher;
      ScriptedBackend backend;
      backend.submits.push_back([&]() -> ApprovalAnswer {
        const std::lock_guard guard(mutex);
        requests.insert(backend.submitted.back().id);
        return schema::ApprovalWaiting{};
      });
      backend.polls.push_back([&]() -> ApprovalAnswer {
        const std::lock_guard guard(mutex);
        askers.insert(number);
        if (askers.size() < kRuns) return schema::ApprovalWaiting{};
        return schema::ApprovalPermitted{};
      });
      const approval::TicketStore tickets(place.state.folder.value());
      approval::WaitContext context{clock,
                                    log,
                                    watcher,
                                    [&](std::chrono::milliseconds duration) {
                                      std::this_thread::yield();
                                      clock.sleep_for(std::min<std::chrono::milliseconds>(duration, 1ms));
                                      return true;
                                    },
                                    [] { return 0.5; },
                                    900s};
      const approval::Question question = make_question();
      (void)approval::obtain(question, place.settings, backend, tickets, context);
      ++grants;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(requests.size() == 1);
  CHECK(grants == kRuns);
  CHECK(place.tickets.all().size() == 1);
}
