#pragma once

#include <chrono>
#include <string>

#include "approval/name_list.h"
#include "base/duration_text.h"
#include "schema/approval.h"

// Words about requests, for one line of text each.
namespace approval {

// The request's id as people type it: its first 8 digits.
std::string short_id(const schema::ApprovalRequest& request);

// "sha256:68feca90d3...".
std::string short_digest(const schema::ApprovalSubject& subject);

// `approval of sha256:… with key "release"`, the digest in full.
std::string question_text(const schema::ApprovalRequest& request);

// "approved by anna; missing: bert, carl", "nobody has approved; missing: …", "approved by …; the service has yet to
// act".
std::string progress_text(const schema::ApprovalWaiting& progress);

// "permitted by anna", "refused by bert", "executed, approved by anna"; empty for an open request.
std::string decision_text(const schema::Ticket& ticket);

using base::duration_text;

// "14:32", "1:02:03".
std::string countdown_text(std::chrono::seconds left);

// "2026-11-22 12:00 UTC".
std::string time_text(base::WallTime time);

// Columns that a text takes on a terminal.
std::size_t columns_of(const std::string& text);

// The line that is redrawn while people decide: the longest of several forms that takes at most `columns`, or the
// shortest.
std::string status_text(const schema::Ticket& ticket, std::chrono::seconds left, std::size_t columns);

}  // namespace approval
