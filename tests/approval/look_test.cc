#include "approval_fixture.h"
#include "throws_error.h"

using namespace fixture;
using base::ErrorKind;

namespace {

// A request that a run left open.
Ticket leave_open(Place& place, ScriptedBackend& backend) {
  place.settings.request_lifetime = 24h;
  Run run(place);
  CHECK(error_of([&] { (void)run.obtain(backend); }).kind() == ErrorKind::undecided);
  return place.tickets.all().at(0);
}

approval::Standing look(const Ticket& ticket, Place& place, ScriptedBackend& backend) {
  return approval::look(ticket, place.settings, backend, place.tickets, place.clock);
}

}  // namespace

TEST_CASE("who looks at an open request asks once and records the answer") {
  Place place;
  ScriptedBackend backend;
  const Ticket ticket = leave_open(place, backend);
  backend.polls = {};
  backend.say(backend.polls, schema::ApprovalPermitted{{"anna"}, std::nullopt, {}});
  const auto standing = look(ticket, place, backend);
  REQUIRE(standing.ticket);
  CHECK(standing.ticket->state == TicketState::permitted);
  CHECK(place.tickets.all().at(0) == *standing.ticket);
}

TEST_CASE("a late answer does not undo a refusal that a run has recorded meanwhile") {
  Place place;
  ScriptedBackend backend;
  const Ticket ticket = leave_open(place, backend);
  backend.polls = {[&]() -> ApprovalAnswer {
    ScriptedBackend refusing;
    refusing.say(refusing.polls, schema::ApprovalRefused{{"bert"}, "no"});
    CHECK(error_of([&] { (void)Run(place).obtain(refusing); }).kind() == ErrorKind::denied);
    return schema::ApprovalPermitted{{"anna"}, std::nullopt, {}};
  }};
  const auto standing = look(ticket, place, backend);
  REQUIRE(standing.ticket);
  CHECK(standing.ticket->state == TicketState::refused);
  CHECK(place.tickets.all().at(0).state == TicketState::refused);
}

TEST_CASE("who looks learns how a request has ended") {
  for (const ApprovalAnswer& end :
       {ApprovalAnswer(schema::ApprovalExpired{}), ApprovalAnswer(schema::ApprovalWithdrawn{}),
        ApprovalAnswer(schema::ApprovalFailed{false, "the room is gone", {}, false})}) {
    Place place;
    ScriptedBackend backend;
    const Ticket ticket = leave_open(place, backend);
    backend.polls = {};
    backend.say(backend.polls, end);
    const auto standing = look(ticket, place, backend);
    CHECK_FALSE(standing.ticket);
    REQUIRE(standing.end);
    CHECK(standing.end->phase() == base::Phase::approval);
    CHECK(place.tickets.all().empty());
  }
}

TEST_CASE("nobody asks a service that signs while the run that waits for the answer is alive") {
  Place place;
  ScriptedBackend backend(true);
  Ticket ticket;
  backend.polls = {[&]() -> ApprovalAnswer {
    ticket = place.tickets.all().at(0);
    const long before = backend.count("poll");
    CHECK(look(ticket, place, backend).ticket == ticket);
    CHECK(backend.count("poll") == before);
    return schema::ApprovalExpired{};
  }};
  CHECK_THROWS(Run(place).obtain(backend));
  CHECK_FALSE(look(ticket, place, backend).ticket);
}

TEST_CASE("a request that was made elsewhere is neither asked about nor withdrawn, only forgotten") {
  Place place;
  ScriptedBackend backend;
  const Ticket ticket = leave_open(place, backend);
  ScriptedBackend other;
  other.place_ = "elsewhere.example.com";
  const base::Error error = error_of([&] { (void)look(ticket, place, other); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.message() == "approval request " + ticket.request.id.substr(0, 8) +
                               " was made at approvals.example.com (exec), but the configuration names "
                               "elsewhere.example.com (exec) now");
  REQUIRE_ERROR(approval::cancel(ticket, other, place.tickets), ErrorKind::invalid_settings);
  CHECK(other.calls.empty());
  CHECK(place.tickets.all().size() == 1);
  approval::forget(ticket, place.tickets);
  CHECK(place.tickets.all().empty());
}

TEST_CASE("a ticket that cannot be read hides no other") {
  Place place;
  ScriptedBackend backend;
  const Ticket ticket = leave_open(place, backend);
  const std::string damaged =
      "ticket-" + std::string(16, '0') + "-" + std::string(16, '0') + "-" + std::string(32, '0');
  place.state.folder->write_file_atomically(damaged + ".json", "{");
  std::vector<std::string> unreadable;
  CHECK(place.tickets.all(unreadable) == std::vector<Ticket>{ticket});
  REQUIRE(unreadable.size() == 1);
  CHECK(unreadable.at(0).find(damaged) != std::string::npos);
  CHECK(place.tickets.get(ticket.request.id) == ticket);
}
