#include "approval/ticket.h"

#include <algorithm>

namespace approval {
namespace {

using schema::Ticket;
using schema::TicketState;

bool is_expired(const Ticket& ticket, base::WallTime now) {
  return now >= ticket.request.expires;
}

Step step_where_token_signs(const Ticket& ticket, base::WallTime now) {
  switch (ticket.state) {
    case TicketState::intended:
      return is_expired(ticket, now) ? Step::withdraw : Step::submit;
    case TicketState::open:
      return is_expired(ticket, now) ? Step::withdraw : Step::poll;
    case TicketState::permitted:
      return ticket.permission && ticket.permission->until && now < *ticket.permission->until ? Step::redeem
                                                                                              : Step::forget;
    case TicketState::refused:
      return is_expired(ticket, now) ? Step::forget : Step::tell;
    case TicketState::executed:
      break;
  }
  return Step::forget;
}

Step step_of_owner_where_service_signs(const Ticket& ticket, base::WallTime now) {
  switch (ticket.state) {
    case TicketState::intended:
      return is_expired(ticket, now) ? Step::forget : Step::submit;
    case TicketState::refused:
      return Step::tell;
    case TicketState::open:
    case TicketState::permitted:
    case TicketState::executed:
      break;
  }
  return is_expired(ticket, now) ? Step::withdraw : Step::poll;
}

Step step_of_other_where_service_signs(const Ticket& ticket) {
  switch (ticket.state) {
    case TicketState::intended:
      return ticket.service_id.empty() ? Step::lose : Step::withdraw;
    case TicketState::open:
    case TicketState::permitted:
      return Step::withdraw;
    case TicketState::refused:
    case TicketState::executed:
      break;
  }
  return Step::forget;
}

Step step_where_service_signs(const Ticket& ticket, const std::string& payload_sha256, bool own, base::WallTime now) {
  if (ticket.state == TicketState::executed) {
    const bool ours = ticket.result && !payload_sha256.empty() && ticket.payload_sha256 == payload_sha256;
    return ours ? Step::take : Step::forget;
  }
  return own ? step_of_owner_where_service_signs(ticket, now) : step_of_other_where_service_signs(ticket);
}

bool is_final(const Ticket& ticket) {
  return ticket.state == TicketState::refused || ticket.state == TicketState::executed;
}

// One answer applied to one ticket.
struct Application {
  Ticket ticket;
  const TicketRules& rules;
  base::WallTime now;

  using Result = std::optional<Ticket>;

  Result operator()(const schema::ApprovalWaiting& waiting) {
    if (ticket.state != TicketState::intended && ticket.state != TicketState::open) return std::move(ticket);
    ticket.state = TicketState::open;
    ticket.progress = waiting;
    ticket.progress.retry_after.reset();
    ticket.progress.warning.clear();
    return std::move(ticket);
  }

  // The end is fixed once: a clock that steps back, or an answer that is asked for again and again, must not move it.
  Result operator()(const schema::ApprovalPermitted& permitted) {
    if (rules.service_signs || is_final(ticket)) return std::move(ticket);
    base::WallTime end = permitted.until.value_or(now + rules.grant_lifetime);
    if (ticket.permission && ticket.permission->until) end = std::min(end, *ticket.permission->until);
    ticket.state = TicketState::permitted;
    ticket.permission = permitted;
    ticket.permission->until = end;
    return std::move(ticket);
  }

  Result operator()(const schema::ApprovalSigned& result) {
    if (!rules.service_signs || is_final(ticket)) return std::move(ticket);
    ticket.state = TicketState::executed;
    ticket.result = result;
    return std::move(ticket);
  }

  Result operator()(const schema::ApprovalRefused& refused) {
    if (is_final(ticket)) return std::move(ticket);
    ticket.state = TicketState::refused;
    ticket.refusal = refused;
    ticket.permission.reset();
    return std::move(ticket);
  }

  Result operator()(const schema::ApprovalExpired&) { return ended(); }
  Result operator()(const schema::ApprovalWithdrawn&) { return ended(); }
  Result operator()(const schema::ApprovalFailed& failed) {
    if (failed.retryable) return std::move(ticket);
    return ended();
  }

  Result ended() {
    if (is_final(ticket)) return std::move(ticket);
    return std::nullopt;
  }
};

}  // namespace

Step next_step(const std::optional<Ticket>& ticket, const TicketRules& rules, const std::string& payload_sha256,
               bool own, base::WallTime now) {
  if (!ticket) return Step::ask;
  if (now < ticket->newest - kClockTolerance) return Step::distrust;
  if (rules.service_signs) return step_where_service_signs(*ticket, payload_sha256, own, now);
  return step_where_token_signs(*ticket, now);
}

Ticket after_submit(Ticket ticket, const std::string& service_id, base::WallTime now) {
  if (ticket.state == TicketState::intended) ticket.state = TicketState::open;
  if (ticket.service_id.empty()) ticket.service_id = service_id;
  ticket.newest = std::max(ticket.newest, now);
  return ticket;
}

std::optional<Ticket> after_answer(Ticket ticket, const schema::ApprovalAnswer& answer, const TicketRules& rules,
                                   base::WallTime now) {
  ticket.newest = std::max(ticket.newest, now);
  return std::visit(Application{std::move(ticket), rules, now}, answer);
}

bool is_spent(const Ticket& ticket, base::WallTime now) {
  switch (ticket.state) {
    case TicketState::intended:
    case TicketState::open:
      break;
    case TicketState::permitted:
      return !ticket.permission || !ticket.permission->until || now >= *ticket.permission->until;
    case TicketState::refused:
    case TicketState::executed:
      return is_expired(ticket, now);
  }
  return false;
}

}  // namespace approval
