#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "approval/backend.h"
#include "base/error.h"

// How a wait can end without leave to sign: one error each, phase approval, with the request's id.
namespace approval {

enum class AfterEnd {
  stays_open,     // the same command goes on with it
  is_withdrawn,   // a new run asks anew
  next_withdraws  // it is left open, but the next run withdraws it and asks anew
};

base::Error was_refused(const schema::Ticket& ticket, bool service_signs);
// `trouble`: why the last question had no answer, may be empty.
base::Error is_undecided(const schema::Ticket& ticket, std::chrono::seconds waited, const std::string& trouble,
                         AfterEnd after);

// The people have said yes, but the service did not confirm it.
base::Error is_unconfirmed(const schema::Ticket& ticket, const std::string& cause);

// The request could not be handed in.
base::Error not_handed_in(const schema::Ticket& ticket, const std::string& cause, bool throttled);

base::Error has_expired(const schema::Ticket& ticket);
base::Error was_withdrawn(const schema::Ticket& ticket);
base::Error has_failed(const schema::Ticket& ticket, const std::string& cause);
// The error for an answer that ends a request without a refusal; empty for all others.
std::optional<base::Error> end_of(const schema::ApprovalAnswer& answer, const schema::Ticket& ticket);

base::Error permission_is_over(const schema::Ticket& ticket);
base::Error clock_is_behind(const schema::Ticket& ticket);
base::Error nobody_listens(const schema::Ticket& ticket, AfterEnd after);
base::Error answer_is_foreign(const schema::Ticket& ticket);

// What a backend threw, with what becomes of the request as its hint.
base::Error with_prospect(const base::Error& error, const schema::Ticket& ticket, AfterEnd after);

// A warning, not an error: a request of an earlier run that nobody can find again.
std::string may_be_open(const schema::Ticket& ticket);

}  // namespace approval
