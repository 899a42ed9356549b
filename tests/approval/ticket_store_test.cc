#include "approval/ticket_store.h"

#include <filesystem>

#include "approval_fixture.h"
#include "catch.h"
#include "throws_error.h"

using namespace fixture;
using base::ErrorKind;

namespace {

Ticket make_ticket(char digit, std::chrono::seconds later = 0s) {
  Ticket ticket;
  ticket.request.id = std::string(32, digit);
  ticket.request.key_name = "release";
  ticket.request.key_sha256 = std::string(64, 'e');
  ticket.request.subject = make_question().subject;
  ticket.request.created = ticket.newest = kNoon + later;
  ticket.request.expires = kNoon + 24h;
  ticket.backend = "exec";
  ticket.place = "/usr/bin/ask";
  return ticket;
}

std::vector<std::string> files_of(const Place& place) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(place.state.folder->path()))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("a ticket comes back as it was written, by its key and subject, by all, and again") {
  Place place;
  const Ticket ticket = make_ticket('a');
  place.tickets.write(ticket);
  CHECK(place.tickets.find(ticket.request.key_sha256, ticket.request.subject) == std::vector<Ticket>{ticket});
  CHECK(place.tickets.all() == std::vector<Ticket>{ticket});
  CHECK(place.tickets.read_again(ticket) == ticket);
  CHECK(place.tickets.find(std::string(64, 'f'), ticket.request.subject).empty());
  schema::ApprovalSubject other = ticket.request.subject;
  other.lifetime = 1h;
  CHECK(place.tickets.find(ticket.request.key_sha256, other).empty());
}

TEST_CASE("a ticket's file is named after its key, subject and request, and is private") {
  Place place;
  place.tickets.write(make_ticket('a'));
  const std::vector<std::string> files = files_of(place);
  REQUIRE(files.size() == 1);
  CHECK(files[0].starts_with("ticket-eeeeeeeeeeeeeeee-"));
  CHECK(files[0].ends_with("-" + std::string(32, 'a') + ".json"));
  CHECK(mode_of(place.state.folder->path() + "/" + files[0]) == 0600);
}

TEST_CASE("tickets are listed oldest first") {
  Place place;
  place.tickets.write(make_ticket('a', 2s));
  place.tickets.write(make_ticket('b', 1s));
  const std::vector<Ticket> all = place.tickets.all();
  REQUIRE(all.size() == 2);
  CHECK(all[0].request.id[0] == 'b');
}

TEST_CASE("a removed ticket leaves no file behind, also when it was held") {
  Place place;
  const Ticket ticket = make_ticket('a');
  const auto hold = place.tickets.hold(ticket);
  REQUIRE(hold.has_value());
  place.tickets.write(ticket);
  CHECK(files_of(place).size() == 2);
  place.tickets.remove(ticket);
  place.tickets.remove(ticket);
  CHECK(files_of(place).empty());
  CHECK_FALSE(place.tickets.read_again(ticket).has_value());
}

TEST_CASE("a ticket has one holder until that lets go") {
  Place place;
  const Ticket ticket = make_ticket('a');
  {
    const auto hold = place.tickets.hold(ticket);
    CHECK(hold.has_value());
    CHECK_FALSE(place.tickets.hold(ticket).has_value());
    CHECK(place.tickets.hold(make_ticket('b')).has_value());
  }
  CHECK(place.tickets.hold(ticket).has_value());
}

TEST_CASE("one run at a time decides about a key and a subject, and leaves no file behind") {
  Place place;
  const Ticket ticket = make_ticket('a');
  const std::string& key = ticket.request.key_sha256;
  {
    const auto turn = place.tickets.lock(key, ticket.request.subject, 0ms);
    const base::Error error = error_of([&] { (void)place.tickets.lock(key, ticket.request.subject, 0ms); });
    require_error(error, ErrorKind::busy);
    CHECK(error.phase() == base::Phase::approval);
    CHECK(error.message() ==
          "cannot ask for approval of " + kDigest + ": another run is asking for the same and does not come to an end");
    CHECK_NOTHROW(place.tickets.lock(std::string(64, 'f'), ticket.request.subject, 0ms));
  }
  CHECK_NOTHROW(place.tickets.lock(key, ticket.request.subject, 0ms));
  CHECK(files_of(place).empty());
}

TEST_CASE("a request goes by its id, the service's, or the first characters of either") {
  Place place;
  Ticket first = make_ticket('a');
  first.service_id = "JIRA-1234";
  Ticket second = make_ticket('b');
  second.request.id = std::string(31, 'a') + "b";
  place.tickets.write(first);
  place.tickets.write(second);
  CHECK(place.tickets.get(first.request.id) == first);
  CHECK(place.tickets.get(second.request.id) == second);
  CHECK(place.tickets.get("JIRA-1234") == first);
  CHECK(place.tickets.get("JIRA-1") == first);

  base::Error error = error_of([&] { (void)place.tickets.get("aaaaaaaa"); });
  require_error(error, ErrorKind::ambiguous_key);
  CHECK(error.message() == "cannot tell which approval request \"aaaaaaaa\" is: 2 begin like that");
  CHECK(error.hint() == "give more of the id:\n" + first.request.id + "\n" + second.request.id);
  error = error_of([&] { (void)place.tickets.get("JIRA-"); });
  require_error(error, ErrorKind::key_not_found);
  CHECK(error.message() == "cannot find approval request \"JIRA-\": at least 6 characters of its id are needed");
  error = error_of([&] { (void)place.tickets.get("cccccccc"); });
  CHECK(error.message() == "cannot find approval request \"cccccccc\": no such request is kept here");
}

TEST_CASE("a ticket that cannot be read is named, not passed over") {
  Place place;
  place.tickets.write(make_ticket('a'));
  const std::string file = files_of(place).at(0);
  place.state.folder->write_file_atomically(file, "{");
  const base::Error error = error_of([&] { (void)place.tickets.all(); });
  require_error(error, ErrorKind::invalid_settings);
  CHECK(error.phase() == base::Phase::approval);
  CHECK(error.message().find(file) != std::string::npos);
  CHECK_FALSE(error.hint().empty());
}

TEST_CASE("spent tickets of all keys are removed, unless somebody holds them") {
  Place place;
  Ticket over = make_ticket('a'), good = make_ticket('b'), refused = make_ticket('c');
  over.state = good.state = schema::TicketState::permitted;
  over.permission = schema::ApprovalPermitted{{"anna"}, kNoon + 1h, {}};
  good.permission = schema::ApprovalPermitted{{"anna"}, kNoon + 3h, {}};
  refused.state = schema::TicketState::refused;
  refused.refusal = schema::ApprovalRefused{{"bert"}, {}};
  const Ticket open = make_ticket('d');
  for (const Ticket& ticket : {over, good, refused, open})
    place.tickets.write(ticket);
  {
    const auto held = place.tickets.hold(over);
    place.tickets.prune(kNoon + 2h);
    CHECK(place.tickets.all().size() == 4);
  }
  place.tickets.prune(kNoon + 2h);
  CHECK(place.tickets.all().size() == 3);
  place.tickets.prune(kNoon + 25h);
  REQUIRE(place.tickets.all().size() == 1);
  CHECK(place.tickets.all().front() == open);
}
