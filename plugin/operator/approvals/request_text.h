#pragma once

#include <string>

#include "schema/approval.h"
#include "schema/report.h"

namespace operators {

// A request for people, several lines; `has_owner`: a run waits for it.
std::string describe(const schema::Ticket& ticket, bool has_owner);

// How it stands, in one line: "waiting; approved by anna; missing bert", "refused by bert: not this week".
std::string standing_text(const schema::Ticket& ticket);

// "waiting", "permitted", "refused", "executed", "asked" (nobody knows whether it went out).
std::string state_name(const schema::Ticket& ticket);

schema::RequestReport report(const schema::Ticket& ticket, bool has_owner);

}  // namespace operators
