#include <array>

#include "approval_step.h"
#include "base/bytes.h"
#include "base/random.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using schema::Ticket;
using schema::TicketState;

std::string new_request_id() {
  std::array<std::uint8_t, 16> bytes{};
  base::fill_with_random(bytes);
  return base::to_hex(bytes);
}

// After these nobody can say whether the service took the request.
bool leaves_doubt(const Error& error) {
  return error.kind() == ErrorKind::outcome_unknown || error.kind() == ErrorKind::late;
}

}  // namespace

void ApprovalStep::start() {
  const auto turn = take_turn();
  for (Ticket& found : tickets_.find(key_sha256_, question_.subject)) {
    if (is_elsewhere(found)) continue;
    if (rules_.service_signs) {
      settle(std::move(found));
    } else {
      go_on_or_forget(std::move(found));
    }
  }
  if (!ticket_) write_intent();
  if (next() == Step::submit) submit();
}

// A request that belongs to the subject: whoever asks the same next goes on with it.
void ApprovalStep::go_on_or_forget(Ticket found) {
  switch (next_step(found, rules_, payload_sha256_, true, now())) {
    case Step::withdraw:
      (void)withdraw_and_forget(found);
      return;
    case Step::forget:
      tickets_.remove(found);
      return;
    case Step::distrust:
      throw clock_is_behind(found);
    default:
      break;
  }
  ticket_ = std::move(found);  // of several the latest
  hold_ = tickets_.hold(*ticket_);
  due_now_ = ticket_->state != TicketState::intended;
}

// A request that belonged to the bytes of another run: over, unless that run is alive.
void ApprovalStep::settle(Ticket found) {
  auto hold = tickets_.hold(found);
  if (!hold) return;
  const std::optional<Ticket> current = tickets_.read_again(found);  // its run may have ended just now
  if (!current) {
    tickets_.remove(found);
    return;
  }
  switch (next_step(current, rules_, payload_sha256_, false, now())) {
    case Step::take:
      if (ticket_) return;
      ticket_ = current;
      hold_ = std::move(hold);
      return;
    case Step::withdraw:
      (void)withdraw_and_forget(*current);
      return;
    case Step::lose:
      tell_trouble(may_be_open(*current));
      break;
    case Step::distrust:
      throw clock_is_behind(*current);
    default:
      break;
  }
  tickets_.remove(*current);
}

// A request at another service, after the settings changed, is not ours to judge with this backend.
bool ApprovalStep::is_elsewhere(const Ticket& found) {
  if (found.backend == backend_.name() && found.place == backend_.place()) return false;
  context_.log.warning("approval: request " + found.request.id + " for the same artifact is at " + found.place +
                       ", which is not asked any more: notation-pkcs11 approvals cancel " +
                       found.request.id.substr(0, 8));
  return true;
}

// A request that cannot be withdrawn now keeps its ticket, so that a later run tries again. The ticket has seen this
// moment: a clock that is set back must not bring it to life again beside a new one.
bool ApprovalStep::withdraw_and_forget(const Ticket& ticket) {
  try {
    backend_.withdraw(ticket);
  } catch (const Error& error) {
    tell_trouble("request " + ticket.request.id.substr(0, 8) +
                 " is not withdrawn, the next run tries again: " + error.message());
    const schema::ApprovalFailed no_answer{true, {}, {}, false};
    tickets_.write(after_answer(ticket, no_answer, rules_, now()).value());
    return false;
  }
  tickets_.remove(ticket);
  context_.log.info("approval: request " + ticket.request.id + " is withdrawn");
  return true;
}

void ApprovalStep::write_intent() {
  tickets_.prune(now());
  Ticket ticket;
  ticket.request.id = new_request_id();
  ticket.request.key_name = question_.key_name;
  ticket.request.key_sha256 = key_sha256_;
  ticket.request.key_spec = question_.key_spec;
  ticket.request.subject = question_.subject;
  ticket.request.created = now();
  ticket.request.expires = ticket.request.created + request_lifetime_;
  ticket.request.claims = question_.claims;
  ticket.backend = backend_.name();
  ticket.place = backend_.place();
  ticket.payload_sha256 = payload_sha256_;
  ticket.newest = ticket.request.created;
  hold_ = tickets_.hold(ticket);
  tickets_.write(ticket);
  ticket_ = std::move(ticket);
}

// Under the turn.
void ApprovalStep::submit() {
  Submitted submitted;
  try {
    submitted = backend_.submit(ticket_->request, question_.payload);
  } catch (const Error& error) {
    in_doubt_ = leaves_doubt(error);
    throw;
  }
  if (!std::holds_alternative<schema::ApprovalFailed>(submitted.answer)) {
    ticket_ = after_submit(std::move(*ticket_), submitted.service_id, now());
    asked_ = true;
  }
  record(submitted.answer);
}

// Another run may have got through meanwhile.
void ApprovalStep::submit_again() {
  const auto turn = take_turn();
  if (!rules_.service_signs) {
    std::optional<Ticket> current = tickets_.read_again(*ticket_);
    if (!current) throw was_withdrawn(*ticket_);
    ticket_ = std::move(current);
  }
  if (next() == Step::submit) submit();
}

}  // namespace approval
