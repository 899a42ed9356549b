#include "approvals/request_text.h"

#include "catch.h"

namespace {

using namespace std::chrono_literals;
using schema::TicketState;

schema::Ticket make_ticket(TicketState state = TicketState::open) {
  schema::Ticket ticket;
  ticket.request.id = "3f9a12ab" + std::string(24, '0');
  ticket.request.key_name = "release";
  ticket.request.subject.artifact = {"application/vnd.oci.image.manifest.v1+json", "sha256:68feca90", 528, {}};
  ticket.request.subject.signing_scheme = "notary.x509";
  ticket.backend = "exec";
  ticket.state = state;
  return ticket;
}

bool has_line(const schema::Ticket& ticket, const std::string& line) {
  return operators::describe(ticket, false).find("\n  " + line + "\n") != std::string::npos;
}

bool has_member(const schema::Ticket& ticket, const std::string& member) {
  return schema::encode(operators::report(ticket, false)).find("\n  " + member) != std::string::npos;
}

}  // namespace

TEST_CASE("a decision without names is told without them") {
  schema::Ticket permitted = make_ticket(TicketState::permitted);
  permitted.permission = schema::ApprovalPermitted{{}, base::WallTime(60s), ""};
  CHECK(has_line(permitted, "state     permitted, until 1970-01-01T00:01:00Z"));
  permitted.permission->until.reset();
  CHECK(has_line(permitted, "state     permitted"));

  schema::Ticket refused = make_ticket(TicketState::refused);
  refused.refusal = schema::ApprovalRefused{{}, ""};
  CHECK(has_line(refused, "state     refused"));
  refused.refusal->reason = "frozen";
  CHECK(has_line(refused, "state     refused: frozen"));
}

TEST_CASE("everybody who has decided is named") {
  schema::Ticket permitted = make_ticket(TicketState::permitted);
  permitted.permission = schema::ApprovalPermitted{std::vector<std::string>(8, "x"), {}, ""};
  CHECK(has_line(permitted, "state     permitted by x, x, x, x, x, x, x, x"));

  schema::Ticket open = make_ticket();
  open.progress.approved = {"anna"};
  open.progress.missing = {"bert", "carl\n"};
  open.progress.refused = {"dora"};
  CHECK(has_line(open, "state     waiting; approved by anna; missing bert, carl\\x0a; refused by dora"));
}

TEST_CASE("a request shows all that a yes covers") {
  schema::Ticket ticket = make_ticket();
  CHECK(has_line(ticket, "signature notary.x509, does not expire"));
  CHECK(has_member(ticket, R"("signingScheme": "notary.x509")"));
  CHECK(has_member(ticket, R"("lifetime": null)"));
  ticket.request.subject.lifetime = 2160h;
  CHECK(has_line(ticket, "signature notary.x509, expires 90 days after it is made"));
  CHECK(has_member(ticket, R"("lifetime": 7776000)"));
}
