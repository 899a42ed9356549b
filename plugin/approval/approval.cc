#include "approval/approval.h"

#include "approval_step.h"
#include "base/error.h"
#include "progress_text.h"

namespace approval {
namespace {

using schema::TicketState;

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

void cancel(const schema::Ticket& ticket, Backend& backend, const TicketStore& tickets) {
  const auto hold = tickets.hold(ticket);
  if (!hold) {
    throw base::Error(
        base::ErrorKind::busy, base::Phase::approval,
        "cannot cancel approval request " + short_id(ticket.request) + ": a run that waits for it is alive",
        "end that run first")
        .with_request(ticket.request.id);
  }
  const std::optional<schema::Ticket> current = tickets.read_again(ticket);
  if (current && may_be_open_at(*current, backend)) backend.withdraw(*current);
  tickets.remove(ticket);
}

}  // namespace approval
