#include "approval/approval.h"

#include "approval_fixture.h"
#include "catch.h"
#include "throws_error.h"
#include "trust/public_key.h"

using namespace fixture;
using base::ErrorKind;

namespace {

std::string id_of(const base::Error& error) {
  return error.request().substr(0, 8);
}

std::string question() {
  return "approval of " + kDigest + " with key \"release\" ";
}

}  // namespace

TEST_CASE("people are asked, say yes, and the grant covers this artifact with this key for its lifetime") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  backend.say(backend.polls, waiting_for({"anna"}, {"bert"}));
  backend.say(backend.polls, schema::ApprovalPermitted{{"anna", "bert"}, {}, ""});
  backend.say(backend.redeems, schema::ApprovalPermitted{{"anna", "bert"}, {}, R"({"ticket":7})"});
  const approval::Approval approval = run.obtain(backend);

  CHECK(backend.calls == std::vector<std::string>{"submit", "poll", "poll", "redeem"});
  CHECK_FALSE(approval.signature().has_value());
  const approval::Grant& grant = approval.grant();
  const std::string key = trust::spki_sha256(run.question.key);
  CHECK(grant.key() == key);
  CHECK(grant.request() == backend.submitted.at(0).id);
  CHECK(grant.evidence() == R"({"ticket":7})");

  const base::WallTime now = place.clock.wall();
  CHECK(grant.covers(key, run.question.subject, now));
  CHECK(grant.covers(key, run.question.subject, now + 59min));
  CHECK_FALSE(grant.covers(key, run.question.subject, now + 61min));
  CHECK_FALSE(grant.covers(key, run.question.subject, now - 2min));
  CHECK_FALSE(grant.covers(key, std::nullopt, now));
  schema::ApprovalSubject other = run.question.subject;
  other.lifetime = 24h;
  CHECK_FALSE(grant.covers(key, other, now));
  CHECK_FALSE(grant.covers(std::string(64, '0'), run.question.subject, now));
  CHECK(run.watcher.events == std::vector<std::string>{"asked", "over"});
}

TEST_CASE("the request names the key, the subject, the claims, and an end") {
  Place place;
  place.settings.request_lifetime = 2h;
  Run run(place);
  run.question.claims = {{"user", "anna"}};
  ScriptedBackend backend;
  backend.say(backend.submits, schema::ApprovalPermitted{});
  (void)run.obtain(backend);
  const schema::ApprovalRequest& request = backend.submitted.at(0);
  CHECK(request.id.size() == 32);
  CHECK(request.key_name == "release");
  CHECK(request.key_sha256 == trust::spki_sha256(run.question.key));
  CHECK(request.subject == run.question.subject);
  CHECK(request.created == kNoon);
  CHECK(request.expires == kNoon + 2h);
  CHECK(request.claims.at("user") == "anna");
  CHECK(run.pauses.empty());
}

TEST_CASE("a service that signs gets the bytes, and its signature comes back as it gave it") {
  Place place;
  Run run(place);
  ScriptedBackend backend(true);
  backend.say(backend.polls, schema::ApprovalWaiting{});
  backend.say(backend.polls, signed_by_service());
  const approval::Approval approval = run.obtain(backend);
  CHECK(approval.signature() == base::Bytes{1, 2, 3});
  CHECK(approval.grant().covers(trust::spki_sha256(run.question.key), run.question.subject, place.clock.wall()));
  CHECK(base::text_of(backend.payloads.at(0)) == "the bytes");
  CHECK(backend.count("redeem") == 0);
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a refusal says by whom and why, and stays final until it is cancelled") {
  Place place;
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalRefused{{"anna"}, "not this week"});
  for (int round = 0; round < 2; ++round) {
    Run run(place);
    const base::Error error = error_of([&] { (void)run.obtain(backend); });
    require_error(error, ErrorKind::denied);
    CHECK(error.phase() == base::Phase::approval);
    CHECK(error.message() == question() + "was refused by anna: not this week");
    CHECK(error.hint() == "a refusal is final for its request; to ask anew: notation-pkcs11 approvals cancel " +
                              id_of(error) + ", then run the command again");
    CHECK(error.request() == backend.submitted.at(0).id);
  }
  CHECK(backend.calls == std::vector<std::string>{"submit", "poll"});

  approval::cancel(place.tickets.all().at(0), backend, place.tickets);
  CHECK(backend.withdrawn.empty());
  CHECK_THROWS(Run(place).obtain(backend));
  CHECK(backend.count("submit") == 2);
}

TEST_CASE("a refusal is forgotten when its request would have expired") {
  Place place;
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalRefused{{}, ""});
  CHECK(error_of([&] { (void)Run(place).obtain(backend); }).message() == question() + "was refused");
  place.clock.set_wall(place.settings.request_lifetime);
  CHECK_THROWS(Run(place).obtain(backend));
  CHECK(backend.count("submit") == 2);
}

TEST_CASE("a refusal by a service that signs is told, and a new run asks anew") {
  Place place;
  ScriptedBackend backend(true);
  backend.say(backend.polls, schema::ApprovalRefused{{"anna", "bert"}, ""});
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  CHECK(error.message() == question() + "was refused by anna, bert");
  CHECK(error.hint() == "run the command again to ask anew");
  CHECK(place.tickets.all().empty());
}

TEST_CASE("at the end of its time a run says what is missing and how to go on") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  backend.say(backend.polls, waiting_for({"anna"}, {"bert", "carl"}));
  const base::Error error = error_of([&] { (void)run.obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.message() == question() + "is not complete after 15 minutes: approved by anna; missing: bert, carl");
  CHECK(error.hint() == "request " + id_of(error) +
                            " at approvals.example.com stays open until 2026-11-22 12:00 UTC: run the same command "
                            "again to go on, or notation-pkcs11 approvals cancel " +
                            id_of(error));
  CHECK(place.clock.wall() == kNoon + 15min);
  CHECK(backend.withdrawn.empty());
  CHECK(place.tickets.get(id_of(error)).state == TicketState::open);
}

TEST_CASE("at the end of its time a run withdraws what only it could have used") {
  Place place;
  ScriptedBackend backend(true);
  schema::ApprovalWaiting executing = waiting_for({"anna"}, {});
  executing.executing = true;
  backend.say(backend.polls, executing);
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  CHECK(error.message() ==
        question() + "is not complete after 15 minutes: approved by anna; the service has yet to act");
  CHECK(error.hint() == "request " + id_of(error) +
                            " at approvals.example.com is withdrawn, because its service signs the very bytes of one "
                            "run: a new run asks anew");
  CHECK(backend.withdrawn == std::vector<std::string>{error.request()});
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a request that ends at its service ends the run, and the next run asks anew") {
  struct Case {
    ApprovalAnswer answer;
    ErrorKind kind;
    std::string text;
  };
  const std::vector<Case> cases = {
      {schema::ApprovalExpired{}, ErrorKind::undecided, "has expired: nobody has approved it"},
      {schema::ApprovalWithdrawn{}, ErrorKind::request_lost, "cannot be given any more: the request was withdrawn"},
      {schema::ApprovalFailed{false, "no such request", {}, false}, ErrorKind::request_lost,
       "has failed at approvals.example.com: no such request"}};
  for (const bool signs : {false, true}) {
    for (const Case& one : cases) {
      Place place;
      ScriptedBackend backend(signs);
      backend.say(backend.polls, one.answer);
      const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
      require_error(error, one.kind);
      CHECK(error.message() == question() + one.text);
      CHECK(error.hint() == "run the command again to ask anew");
      CHECK_FALSE(error.request().empty());
      CHECK(place.tickets.all().empty());
      CHECK(backend.withdrawn.empty());
    }
  }
}

TEST_CASE("a request that expires by our clock while a run waits is withdrawn") {
  Place place;
  place.settings.request_lifetime = 60s;
  ScriptedBackend backend;
  backend.say(backend.polls, waiting_for({}, {"anna"}));
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.message() == question() + "has expired: nobody has approved it; missing: anna");
  CHECK(backend.count("withdraw") == 1);
  CHECK(place.clock.wall() == kNoon + 60s);
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a clock that was set back is not trusted") {
  Place place;
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalPermitted{});
  (void)Run(place).obtain(backend);
  place.clock.set_wall(-30s);
  CHECK_NOTHROW(Run(place).obtain(backend));
  place.clock.set_wall(-60s);
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.message() ==
        question() + "cannot be judged: the clock of this machine was set back, to before 2026-11-21 12:00 UTC");
  CHECK(error.hint() ==
        "correct the clock; if it is right now and was wrong before, notation-pkcs11 approvals cancel " + id_of(error) +
            " and run the command again");
  CHECK(backend.count("redeem") == 2);
}

TEST_CASE("a permission that ends before the service confirms it is not used") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalPermitted{{"anna"}, kNoon + 30s, ""});
  backend.say(backend.redeems, no_answer("connection refused"));
  const base::Error error = error_of([&] { (void)run.obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.message() == question() + "was given, but ended at 2026-11-21 12:00 UTC before it was used");
  CHECK(run.watcher.troubles == std::vector<std::string>{"connection refused"});
}

TEST_CASE("a yes that the service does not confirm in time can be used later") {
  Place place;
  Run run(place);
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalPermitted{});
  backend.say(backend.redeems, no_answer("connection refused"));
  const base::Error error = error_of([&] { (void)run.obtain(backend); });
  require_error(error, ErrorKind::undecided);
  CHECK(error.message() == question() + "was given, but approvals.example.com does not confirm it: connection refused");
  CHECK(error.hint() == "it holds until 2026-11-21 13:00 UTC: run the same command again");
  backend.redeems.clear();
  CHECK_NOTHROW(Run(place).obtain(backend));
}

TEST_CASE("the service may take its yes back when it is asked the last time") {
  Place place;
  ScriptedBackend backend;
  backend.say(backend.polls, schema::ApprovalPermitted{});
  backend.say(backend.redeems, schema::ApprovalRefused{{"bert"}, "too many"});
  const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
  require_error(error, ErrorKind::denied);
  CHECK(error.message() == question() + "was refused by bert: too many");
}

TEST_CASE("an answer that belongs to the other kind of service never signs") {
  for (const bool signs : {false, true}) {
    Place place;
    ScriptedBackend backend(signs);
    backend.say(backend.polls,
                signs ? ApprovalAnswer(schema::ApprovalPermitted{}) : ApprovalAnswer(signed_by_service()));
    const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
    require_error(error, ErrorKind::service_failed);
    CHECK(error.message() == question() + "got an answer that backend " + backend.name() + " must not give");
    CHECK(backend.count("withdraw") == (signs ? 1 : 0));
  }
}

TEST_CASE("when nobody is left to take the answer the wait ends, and only what others can use stays open") {
  for (const bool signs : {false, true}) {
    Place place;
    Run run(place);
    run.host_is_there = [&run] { return run.pauses.size() < 3; };
    ScriptedBackend backend(signs);
    const base::Error error = error_of([&] { (void)run.obtain(backend); });
    require_error(error, ErrorKind::host_gone);
    CHECK(error.message() == question() + "is not waited for any more: the process that wanted it has ended");
    CHECK(backend.count("poll") == 2);
    CHECK(backend.count("withdraw") == (signs ? 1 : 0));
    CHECK(place.tickets.all().size() == (signs ? 0 : 1));
  }
}

TEST_CASE("nobody is asked for a process that has already gone") {
  Place place;
  Run run(place);
  run.host_is_there = [] { return false; };
  ScriptedBackend backend;
  REQUIRE_ERROR((void)run.obtain(backend), ErrorKind::host_gone);
  CHECK(backend.calls.empty());
}

TEST_CASE("what the backend throws ends the run with the request's id, and withdraws what nobody else can use") {
  for (const bool signs : {false, true}) {
    Place place;
    ScriptedBackend backend(signs);
    backend.polls.push_back(
        []() -> ApprovalAnswer { throw base::Error(ErrorKind::credential_refused, base::Phase::approval, "no"); });
    const base::Error error = error_of([&] { (void)Run(place).obtain(backend); });
    require_error(error, ErrorKind::credential_refused);
    CHECK(error.request() == backend.submitted.at(0).id);
    CHECK(backend.count("withdraw") == (signs ? 1 : 0));
  }
}
