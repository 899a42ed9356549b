#include "approval/ticket.h"

#include "approval_fixture.h"
#include "catch.h"

using namespace fixture;
using approval::Step;

namespace {

Ticket make_ticket(TicketState state) {
  Ticket ticket;
  ticket.request.id = std::string(32, 'a');
  ticket.request.created = kNoon;
  ticket.request.expires = kNoon + 24h;
  ticket.payload_sha256 = "p";
  ticket.state = state;
  ticket.newest = kNoon;
  if (state == TicketState::permitted) ticket.permission = schema::ApprovalPermitted{{}, kNoon + 1h, ""};
  if (state == TicketState::refused) ticket.refusal = schema::ApprovalRefused{};
  if (state == TicketState::executed) ticket.result = signed_by_service();
  return ticket;
}

constexpr approval::TicketRules kTokenSigns{false, 1h};
constexpr approval::TicketRules kServiceSigns{true, 1h};

Step step(const approval::TicketRules& rules, TicketState state, bool own, std::chrono::seconds later = 0s) {
  return approval::next_step(make_ticket(state), rules, "p", own, kNoon + later);
}

}  // namespace

TEST_CASE("without a ticket people are asked") {
  CHECK(approval::next_step(std::nullopt, kTokenSigns, "", false, kNoon) == Step::ask);
  CHECK(approval::next_step(std::nullopt, kServiceSigns, "p", true, kNoon) == Step::ask);
}

TEST_CASE("where the token signs a ticket serves whichever run comes next") {
  for (const bool own : {false, true}) {
    CHECK(step(kTokenSigns, TicketState::intended, own) == Step::submit);
    CHECK(step(kTokenSigns, TicketState::open, own) == Step::poll);
    CHECK(step(kTokenSigns, TicketState::permitted, own) == Step::redeem);
    CHECK(step(kTokenSigns, TicketState::refused, own) == Step::tell);
    CHECK(step(kTokenSigns, TicketState::executed, own) == Step::forget);
  }
}

TEST_CASE("where the token signs every ticket has its end") {
  CHECK(step(kTokenSigns, TicketState::open, false, 24h - 1s) == Step::poll);
  CHECK(step(kTokenSigns, TicketState::open, false, 24h) == Step::withdraw);
  CHECK(step(kTokenSigns, TicketState::intended, false, 24h) == Step::withdraw);
  CHECK(step(kTokenSigns, TicketState::permitted, false, 1h - 1s) == Step::redeem);
  CHECK(step(kTokenSigns, TicketState::permitted, false, 1h) == Step::forget);
  CHECK(step(kTokenSigns, TicketState::refused, false, 24h - 1s) == Step::tell);
  CHECK(step(kTokenSigns, TicketState::refused, false, 24h) == Step::forget);
}

TEST_CASE("where the service signs a ticket belongs to one run") {
  CHECK(step(kServiceSigns, TicketState::intended, true) == Step::submit);
  CHECK(step(kServiceSigns, TicketState::intended, true, 24h) == Step::forget);
  CHECK(step(kServiceSigns, TicketState::open, true) == Step::poll);
  CHECK(step(kServiceSigns, TicketState::open, true, 24h) == Step::withdraw);
  CHECK(step(kServiceSigns, TicketState::refused, true) == Step::tell);
  CHECK(step(kServiceSigns, TicketState::executed, true) == Step::take);

  CHECK(step(kServiceSigns, TicketState::intended, false) == Step::lose);
  CHECK(step(kServiceSigns, TicketState::open, false) == Step::withdraw);
  CHECK(step(kServiceSigns, TicketState::permitted, false) == Step::withdraw);
  CHECK(step(kServiceSigns, TicketState::refused, false) == Step::forget);
  CHECK(step(kServiceSigns, TicketState::executed, false) == Step::take);
}

TEST_CASE("a signature over other bytes is never taken") {
  const Ticket ticket = make_ticket(TicketState::executed);
  for (const bool own : {false, true}) {
    CHECK(approval::next_step(ticket, kServiceSigns, "q", own, kNoon) == Step::forget);
    CHECK(approval::next_step(ticket, kServiceSigns, "", own, kNoon) == Step::forget);
  }
}

TEST_CASE("a clock that stands before what a ticket has seen is not trusted") {
  for (const auto& rules : {kTokenSigns, kServiceSigns}) {
    CHECK(step(rules, TicketState::open, true, -60s) == Step::poll);
    CHECK(step(rules, TicketState::open, true, -61s) == Step::distrust);
  }
}

TEST_CASE("the service's name for a request is learned once") {
  Ticket ticket = approval::after_submit(make_ticket(TicketState::intended), "first", kNoon + 5s);
  CHECK(ticket.state == TicketState::open);
  CHECK(ticket.newest == kNoon + 5s);
  ticket = approval::after_submit(ticket, "second", kNoon);
  CHECK(ticket.service_id == "first");
  CHECK(ticket.newest == kNoon + 5s);
}

TEST_CASE("what is said of the next question is not kept") {
  schema::ApprovalWaiting waiting = waiting_for({"anna"}, {"bert"});
  waiting.retry_after = 5s;
  waiting.warning = "strange";
  const auto after = approval::after_answer(make_ticket(TicketState::open), waiting, kTokenSigns, kNoon);
  REQUIRE(after.has_value());
  CHECK(after->progress == waiting_for({"anna"}, {"bert"}));
}

TEST_CASE("the end of a permission is fixed when it is first heard") {
  const auto first =
      approval::after_answer(make_ticket(TicketState::open), schema::ApprovalPermitted{}, kTokenSigns, kNoon + 10s);
  REQUIRE(first.has_value());
  CHECK(first->permission->until == kNoon + 1h + 10s);
  const auto again =
      approval::after_answer(*first, schema::ApprovalPermitted{{}, kNoon + 9h, "{}"}, kTokenSigns, kNoon + 30min);
  CHECK(again->permission->until == kNoon + 1h + 10s);
  CHECK(again->permission->evidence == "{}");
  const auto shorter =
      approval::after_answer(*again, schema::ApprovalPermitted{{}, kNoon + 40min, ""}, kTokenSigns, kNoon + 30min);
  CHECK(shorter->permission->until == kNoon + 40min);
}

TEST_CASE("a refusal and a signature are final, whatever is heard later") {
  const std::vector<ApprovalAnswer> answers = {schema::ApprovalWaiting{}, schema::ApprovalPermitted{},
                                               signed_by_service(),       schema::ApprovalRefused{{"x"}, "y"},
                                               schema::ApprovalExpired{}, schema::ApprovalWithdrawn{},
                                               schema::ApprovalFailed{},  no_answer("x")};
  for (const ApprovalAnswer& answer : answers) {
    const Ticket refused = make_ticket(TicketState::refused);
    CHECK(approval::after_answer(refused, answer, kTokenSigns, kNoon) == refused);
    CHECK(approval::after_answer(refused, answer, kServiceSigns, kNoon) == refused);
    const Ticket executed = make_ticket(TicketState::executed);
    CHECK(approval::after_answer(executed, answer, kServiceSigns, kNoon) == executed);
  }
}

TEST_CASE("an answer of the other kind of service changes nothing") {
  const Ticket open = make_ticket(TicketState::open);
  CHECK(approval::after_answer(open, schema::ApprovalPermitted{}, kServiceSigns, kNoon) == open);
  CHECK(approval::after_answer(open, signed_by_service(), kTokenSigns, kNoon) == open);
}

TEST_CASE("a request that ends leaves nothing, one without an answer stays") {
  const Ticket open = make_ticket(TicketState::open);
  CHECK_FALSE(approval::after_answer(open, schema::ApprovalExpired{}, kTokenSigns, kNoon).has_value());
  CHECK_FALSE(approval::after_answer(open, schema::ApprovalWithdrawn{}, kTokenSigns, kNoon).has_value());
  CHECK_FALSE(approval::after_answer(open, schema::ApprovalFailed{}, kTokenSigns, kNoon).has_value());
  CHECK(approval::after_answer(open, no_answer("x"), kTokenSigns, kNoon) == open);
}
