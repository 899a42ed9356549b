#include "approval/approval.h"

#include "approval_step.h"
#include "base/bytes.h"
#include "base/error.h"
#include "endings.h"
#include "progress_text.h"

namespace approval {
namespace {

using schema::TicketState;

TicketStore::Turn take_turn(const schema::Ticket& ticket, const TicketStore& tickets,
                            std::chrono::milliseconds longest_call = {}) {
  return tickets.lock(ticket.request.key_sha256, ticket.request.subject, TicketStore::kPatience + longest_call);
}

TicketStore::Hold take_hold(const schema::Ticket& ticket, const TicketStore& tickets) {
  auto hold = tickets.hold(ticket);
  if (hold) return std::move(*hold);
  throw base::Error(base::ErrorKind::busy, base::Phase::approval,
                    "cannot cancel approval request " + short_id(ticket.request) + ": a run that waits for it is alive",
                    "end that run first")
      .with_request(ticket.request.id);
}

void require_same_place(const schema::Ticket& ticket, const Backend& backend) {
  if (ticket.backend == backend.name() && ticket.place == backend.place()) return;
  const std::string id = short_id(ticket.request);
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::approval,
                    "approval request " + id + " was made at " + base::printable(ticket.place) + " (" +
                        base::printable(ticket.backend) + "), but the configuration names " +
                        base::printable(backend.place()) + " (" + backend.name() + ") now",
                    "put the settings back to go on with it there, or let notation-pkcs11 approvals cancel --forget " +
                        id + " forget it here, whatever becomes of it there")
      .with_request(ticket.request.id);
}

bool may_be_open_at(const schema::Ticket& ticket, const Backend& backend) {
  if (ticket.state == TicketState::intended) return !backend.signs() || !ticket.service_id.empty();
  return ticket.state == TicketState::open || ticket.state == TicketState::permitted;
}

}  // namespace

Approval obtain(const Question& question, const schema::ApprovalSettings& settings, Backend& backend,
                const TicketStore& tickets, WaitContext& context) {
  return ApprovalStep(question, settings, backend, tickets, context).run();
}

schema::Ticket request_ahead(const Question& question, const schema::ApprovalSettings& settings, Backend& backend,
                             const TicketStore& tickets, WaitContext& context) {
  return ApprovalStep(question, settings, backend, tickets, context).ask_ahead();
}

Standing look(const schema::Ticket& ticket, const schema::ApprovalSettings& settings, Backend& backend,
              const TicketStore& tickets, base::Clock& clock) {
  require_same_place(ticket, backend);
  std::optional<TicketStore::Hold> hold;
  if (backend.signs()) hold = tickets.hold(ticket);
  std::optional<schema::Ticket> current = tickets.read_again(ticket);
  const bool is_anothers = backend.signs() && !hold;
  if (!current || current->state != TicketState::open || is_anothers) return {std::move(current), std::nullopt};
  const schema::ApprovalAnswer answer = backend.poll(*current);
  const auto turn = take_turn(ticket, tickets, backend.longest_call());
  current = tickets.read_again(ticket);
  if (!current) return {};
  const TicketRules rules{backend.signs(), settings.grant_lifetime};
  std::optional<schema::Ticket> after =
      after_answer(*current, answer, rules, std::chrono::floor<std::chrono::seconds>(clock.wall()));
  if (!after) {
    tickets.remove(*current);
    return {std::nullopt, end_of(answer, *current)};
  }
  if (!(*after == *current)) tickets.write(*after);
  return {std::move(after), std::nullopt};
}

void cancel(const schema::Ticket& ticket, Backend& backend, const TicketStore& tickets) {
  require_same_place(ticket, backend);
  const auto turn = take_turn(ticket, tickets, backend.longest_call());
  const auto hold = take_hold(ticket, tickets);
  const std::optional<schema::Ticket> current = tickets.read_again(ticket);
  if (current && may_be_open_at(*current, backend)) backend.withdraw(*current);
  tickets.remove(ticket);
}

void forget(const schema::Ticket& ticket, const TicketStore& tickets) {
  const auto turn = take_turn(ticket, tickets);
  const auto hold = take_hold(ticket, tickets);
  tickets.remove(ticket);
}

}  // namespace approval
