#include "progress_text.h"

#include "approval_fixture.h"
#include "catch.h"

using namespace fixture;

namespace {

Ticket make_ticket() {
  Ticket ticket;
  ticket.request.id = "3f9a12ab" + std::string(24, '0');
  ticket.request.key_name = "release";
  ticket.request.subject = make_question().subject;
  return ticket;
}

}  // namespace

TEST_CASE("countdowns and times read as people say them") {
  CHECK(approval::countdown_text(14min + 32s) == "14:32");
  CHECK(approval::countdown_text(5s) == "0:05");
  CHECK(approval::countdown_text(1h + 2min + 3s) == "1:02:03");
  CHECK(approval::countdown_text(-5s) == "0:00");
  CHECK(approval::time_text(kNoon + 5min) == "2026-11-21 12:05 UTC");
}

TEST_CASE("names are listed, but not without end and never as they came") {
  CHECK(approval::name_list({}).empty());
  CHECK(approval::name_list({"anna", "bert"}) == "anna, bert");
  CHECK(approval::name_list(std::vector<std::string>(8, "x")) == "x, x, x, x, x, x and 2 more");
  CHECK(approval::name_list(std::vector<std::string>(8, "x"), approval::kEveryName) == "x, x, x, x, x, x, x, x");
  CHECK(approval::name_list({"a\x1b[31m"}) == "a\\x1b[31m");
  CHECK(approval::name_list({std::string(400, 'k')}) == std::string(37, 'k') + "...");
}

TEST_CASE("progress says who has approved, who has not, and what the service does") {
  CHECK(approval::progress_text(waiting_for({}, {})) == "nobody has approved it");
  schema::ApprovalWaiting waiting = waiting_for({"anna"}, {"bert"});
  waiting.refused = {"carl"};
  CHECK(approval::progress_text(waiting) == "approved by anna; refused by carl; missing: bert");
  waiting.executing = true;
  CHECK(approval::progress_text(waiting) == "approved by anna; the service has yet to act");
}

TEST_CASE("the status line keeps the time left, however narrow") {
  Ticket ticket = make_ticket();
  ticket.progress = waiting_for({"anna"}, {"bert", "carl"});
  const auto text = [&](std::size_t columns) { return approval::status_text(ticket, 14min + 32s, columns); };
  CHECK(text(120) ==
        "waiting for approval of sha256:68feca90d3... with release: 1 approved (anna), missing bert, carl; 14:32 left");
  CHECK(text(80) == "waiting for approval 3f9a12ab: 1 approved (anna), missing bert, carl; 14:32 left");
  CHECK(text(79) == "waiting for approval 3f9a12ab: 1 approved, 2 missing; 14:32 left");
  CHECK(text(20) == "approval 3f9a12ab: 1 approved, 2 missing; 14:32 left");
  ticket.progress.executing = true;
  CHECK(text(87) == "waiting for approval 3f9a12ab: approved by anna, the service has yet to act; 14:32 left");
  CHECK(text(79) == "waiting for approval 3f9a12ab: approved, the service has yet to act; 14:32 left");
}

TEST_CASE("columns are those of a terminal") {
  CHECK(approval::columns_of("anna") == 4);
  CHECK(approval::columns_of("J\xC3\xBCrgen") == 6);
  CHECK(approval::columns_of("\xE6\x9D\x8E") == 2);
}
