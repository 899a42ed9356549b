#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "schema/approval.h"

// Every transition of a ticket: two pure functions, which a test enumerates with all runs, kills, answers and clocks.
namespace approval {

struct TicketRules {
  bool service_signs = false;            // Backend::signs()
  std::chrono::seconds grant_lifetime{}; // of a permission that names no end
};

// What a run does next with a ticket.
enum class Step {
  ask,         // submit a new request (there is no ticket, or this one is over: see `replaces`)
  ask_again,   // submit the same request once more: whether it went out is unknown, and repeating it is free
  poll,        // ask how it stands
  redeem,      // permitted: the last question before the token signs
  take,        // executed over these very bytes: the signature is in the ticket
  tell,        // refused: say by whom and why
  withdraw,    // over, but open at the service: withdraw it, forget it, ask anew
  forget,      // over, nothing is open: forget it, ask anew
  lose,        // it may be open at the service, whose name for it we never learned: say so, forget it, ask anew
  distrust     // the clock stands before a time that was already seen: refuse
};

// What a run of today makes of a ticket it finds, or of none. `payload_sha256` of its own bytes. `own`: this run wrote
// the ticket itself, so that an intent means "not submitted yet".
Step next_step(const std::optional<schema::Ticket>& ticket, const TicketRules& rules,
               const std::string& payload_sha256, bool own, base::WallTime now);

// The ticket after the service named the request, or after an answer. `newest` moves forward only.
schema::Ticket after_submit(schema::Ticket ticket, const std::string& service_id, base::WallTime now);
schema::Ticket after_answer(schema::Ticket ticket, const schema::ApprovalAnswer& answer, const TicketRules& rules,
                            base::WallTime now);

inline constexpr std::chrono::seconds kClockTolerance{60};

}  // namespace approval
