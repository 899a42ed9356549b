#include <iostream>

#include "approval/ticket.h"
#include "approvals/approver_access.h"
#include "approvals/commands.h"
#include "approvals/pending.h"
#include "approvals/request_text.h"
#include "approvals/requester.h"
#include "base/error.h"
#include "signing/requests.h"

namespace operators {
namespace {

std::string summary(const schema::Ticket& ticket, bool has_owner) {
  const std::string state = state_name(ticket);
  return ticket.request.id.substr(0, 8) + "  " + state + std::string(state.size() < 11 ? 11 - state.size() : 1, ' ') +
         ticket.request.subject.artifact.digest.substr(0, 19) + "  " + base::printable(ticket.request.key_name) +
         (has_owner ? "  (a run waits)" : "") + "\n";
}

// Empty when there is none of that id and it `may_be_elsewhere`: among the tasks of somebody who answers.
std::optional<std::string> own_request(const RequestFlags& flags, bool may_be_elsewhere) {
  Requester requester;
  const signing::Requests requests(requester.context());
  try {
    const schema::Ticket ticket = requests.get(flags.id);
    const bool has_owner = requests.has_owner(ticket);
    return flags.approver.json ? schema::encode(report(ticket, has_owner)) : describe(ticket, has_owner);
  } catch (const base::Error& error) {
    if (!may_be_elsewhere || error.kind() != base::ErrorKind::key_not_found) throw;
  }
  return std::nullopt;
}

}  // namespace

void list_requests(const RequestFlags& flags) {
  Requester requester;
  const signing::Requests requests(requester.context());
  const base::WallTime now = requester.context().clock.wall();
  std::vector<schema::RequestReport> reports;
  std::string lines;
  std::vector<std::string> unreadable;
  for (const schema::Ticket& ticket : requests.all(unreadable)) {
    if (approval::is_spent(ticket, now)) continue;
    const bool has_owner = requests.has_owner(ticket);
    reports.push_back(report(ticket, has_owner));
    lines += summary(ticket, has_owner);
  }
  if (flags.json) {
    std::cout << schema::encode(reports);
  } else {
    std::cout << (lines.empty() ? "no request\n" : lines);
  }
  for (const std::string& message : unreadable)
    std::cerr << "note: " << base::printable(message) << "\n";
}

void show_request(const RequestFlags& flags) {
  std::optional<std::string> text;
  if (!flags.approver.key) text = own_request(flags, names_approver(flags.approver));
  std::cout << (text ? *text : show_task(flags.id, flags.approver));
}

void cancel_request(const RequestFlags& flags) {
  Requester requester;
  signing::Requests requests(requester.context());
  const schema::Ticket ticket = requests.get(flags.id);
  flags.forget ? requests.forget(ticket) : requests.cancel(ticket);
  if (flags.json) {
    std::cout << schema::encode(report(ticket, false));
  } else {
    std::cout << (flags.forget ? "forgot" : "cancelled") << " request " << ticket.request.id << " for "
              << ticket.request.subject.artifact.digest << "\n";
  }
}

}  // namespace operators
