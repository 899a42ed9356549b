#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "schema/approval.h"

// Every transition of a ticket: three pure functions, which a test enumerates with all runs, kills, answers and clocks.
namespace approval {

struct TicketRules {
  bool service_signs = false;             // Backend::signs()
  std::chrono::seconds grant_lifetime{};  // of a permission that names no end
};

// What a run does next with a ticket.
enum class Step {
  ask,       // there is no ticket: write the intent of a new request
  submit,    // hand the request in: it was just written, or whether it went out is unknown and repeating it is free
  poll,      // ask how it stands
  redeem,    // permitted: the last question before the token signs
  take,      // executed over these very bytes: the signature is in the ticket
  tell,      // refused: say by whom and why
  withdraw,  // over, but perhaps open at the service: withdraw it, forget it
  forget,    // over, nothing is open: forget it
  lose,      // it may be open at the service, whose name for it we never learned: say so, forget it
  distrust   // the clock stands before a time that was already seen: refuse
};

// What a run of today makes of a ticket it finds, or of none. `payload_sha256` of its own bytes. `own`: this run wrote
// the ticket itself, or took over one that any run may go on with.
Step next_step(const std::optional<schema::Ticket>& ticket, const TicketRules& rules, const std::string& payload_sha256,
               bool own, base::WallTime now);

// The ticket after the service has taken the request. `newest` moves forward only, here and below.
schema::Ticket after_submit(schema::Ticket ticket, const std::string& service_id, base::WallTime now);

// The ticket after an answer; empty when the request is over and nothing is left of it. A refusal, a signature, and the
// end of a permission stay as they were first recorded, whatever comes later. An answer that does not belong to this
// kind of backend changes nothing.
std::optional<schema::Ticket> after_answer(schema::Ticket ticket, const schema::ApprovalAnswer& answer,
                                           const TicketRules& rules, base::WallTime now);

// Whether nobody can use the ticket any more and nothing is open at the service.
bool is_spent(const schema::Ticket& ticket, base::WallTime now);

inline constexpr std::chrono::seconds kClockTolerance{60};

}  // namespace approval
