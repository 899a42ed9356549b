#include "endings.h"

#include "base/bytes.h"
#include "progress_text.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::Ticket;

constexpr const char* kAsksAnew = "run the command again to ask anew";

std::string cancel_command(const Ticket& ticket) {
  return "notation-pkcs11 approvals cancel " + short_id(ticket.request);
}

std::string request_of(const Ticket& ticket) {
  return "request " + short_id(ticket.request) + " at " + base::printable(ticket.place);
}

Error ending(ErrorKind kind, const Ticket& ticket, const std::string& what, const std::string& hint) {
  return Error(kind, Phase::approval, question_text(ticket.request) + " " + what, hint).with_request(ticket.request.id);
}

std::string what_next(const Ticket& ticket, AfterEnd after) {
  switch (after) {
    case AfterEnd::stays_open:
      return request_of(ticket) + " stays open until " + time_text(ticket.request.expires) +
             ": run the same command again to go on, or " + cancel_command(ticket);
    case AfterEnd::is_withdrawn:
      return request_of(ticket) +
             " is withdrawn, because its service signs the very bytes of one run: a new run asks anew";
    case AfterEnd::next_withdraws:
      break;
  }
  return request_of(ticket) +
         " is left open, but its service signs the very bytes of one run: the next run withdraws it and asks anew";
}

}  // namespace

Error was_refused(const Ticket& ticket, bool service_signs) {
  const schema::ApprovalRefused refusal = ticket.refusal.value_or(schema::ApprovalRefused{});
  std::string what = "was refused";
  if (!refusal.by.empty()) what += " by " + name_list(refusal.by);
  if (!refusal.reason.empty()) what += ": " + base::printable(refusal.reason);
  const std::string hint = service_signs
                               ? kAsksAnew
                               : "a refusal is final for its request; to ask anew: " + cancel_command(ticket) +
                                     ", then run the command again";
  return ending(ErrorKind::denied, ticket, what, hint);
}

Error is_undecided(const Ticket& ticket, std::chrono::seconds waited, const std::string& trouble, AfterEnd after) {
  const std::string how_long = waited.count() > 0 ? " after " + duration_text(waited) : "";
  return ending(ErrorKind::undecided, ticket, "is not complete" + how_long + ": " + progress_text(ticket.progress),
                (trouble.empty() ? "" : "the last question had no answer: " + base::printable(trouble) + "\n") +
                    what_next(ticket, after));
}

Error is_unconfirmed(const Ticket& ticket, const std::string& cause) {
  return ending(ErrorKind::undecided, ticket,
                "was given, but " + base::printable(ticket.place) + " does not confirm it" +
                    (cause.empty() ? "" : ": " + base::printable(cause)),
                "it holds until " + time_text(ticket.permission->until.value_or(ticket.request.expires)) +
                    ": run the same command again");
}

Error not_handed_in(const Ticket& ticket, const std::string& cause, bool throttled) {
  return ending(throttled ? ErrorKind::busy : ErrorKind::service_failed, ticket,
                "cannot be asked for at " + base::printable(ticket.place) + ": " + base::printable(cause),
                "run the same command again later");
}

Error has_expired(const Ticket& ticket) {
  return ending(ErrorKind::undecided, ticket, "has expired: " + progress_text(ticket.progress), kAsksAnew);
}

Error was_withdrawn(const Ticket& ticket) {
  return ending(ErrorKind::request_lost, ticket, "cannot be given any more: the request was withdrawn", kAsksAnew);
}

Error has_failed(const Ticket& ticket, const std::string& cause) {
  return ending(ErrorKind::request_lost, ticket,
                "has failed at " + base::printable(ticket.place) + ": " + base::printable(cause), kAsksAnew);
}

std::optional<Error> end_of(const schema::ApprovalAnswer& answer, const Ticket& ticket) {
  if (std::holds_alternative<schema::ApprovalExpired>(answer)) return has_expired(ticket);
  if (std::holds_alternative<schema::ApprovalWithdrawn>(answer)) return was_withdrawn(ticket);
  const auto* failed = std::get_if<schema::ApprovalFailed>(&answer);
  if (failed != nullptr && !failed->retryable) return has_failed(ticket, failed->message);
  return std::nullopt;
}

Error permission_is_over(const Ticket& ticket) {
  const std::string when = ticket.permission && ticket.permission->until ? time_text(*ticket.permission->until) : "";
  return ending(ErrorKind::undecided, ticket,
                "was given, but ended" + (when.empty() ? "" : " at " + when) + " before it was used", kAsksAnew);
}

Error clock_is_behind(const Ticket& ticket) {
  return ending(ErrorKind::undecided, ticket,
                "cannot be judged: the clock of this machine was set back, to before " + time_text(ticket.newest),
                "correct the clock; if it is right now and was wrong before, " + cancel_command(ticket) +
                    " and run the command again");
}

Error nobody_listens(const Ticket& ticket, AfterEnd after) {
  return ending(ErrorKind::host_gone, ticket, "is not waited for any more: the process that wanted it has ended",
                what_next(ticket, after));
}

Error answer_is_foreign(const Ticket& ticket) {
  return ending(ErrorKind::service_failed, ticket,
                "got an answer that backend " + base::printable(ticket.backend) + " must not give", "");
}

Error with_prospect(const Error& error, const Ticket& ticket, AfterEnd after) {
  return Error(error.kind(), error.phase(), error.message(), what_next(ticket, after)).with_request(ticket.request.id);
}

std::string may_be_open(const Ticket& ticket) {
  return "an earlier run ended before " + base::printable(ticket.place) + " had named its request for " +
         question_text(ticket.request) +
         ": it may still be open there, and can no longer be found; an approver can refuse it";
}

}  // namespace approval
