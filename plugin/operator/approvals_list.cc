#include <iostream>

#include "commands.h"
#include "request_text.h"
#include "requester.h"
#include "signing/requests.h"

namespace operators {
namespace {

std::string summary(const schema::Ticket& ticket, bool has_owner) {
  const std::string state = state_name(ticket);
  return ticket.request.id.substr(0, 8) + "  " + state + std::string(state.size() < 11 ? 11 - state.size() : 1, ' ') +
         ticket.request.subject.artifact.digest.substr(0, 19) + "  " + base::printable(ticket.request.key_name) +
         (has_owner ? "  (a run waits)" : "") + "\n";
}

}  // namespace

void list_requests(const RequestFlags& flags) {
  Requester requester;
  const signing::Requests requests(requester.context());
  std::vector<schema::RequestReport> reports;
  std::string lines;
  for (const schema::Ticket& ticket : requests.all()) {
    const bool has_owner = requests.has_owner(ticket);
    reports.push_back(report(ticket, has_owner));
    lines += summary(ticket, has_owner);
  }
  if (flags.json) {
    std::cout << schema::encode(reports);
  } else {
    std::cout << (lines.empty() ? "no request\n" : lines);
  }
}

void show_request(const RequestFlags& flags) {
  Requester requester;
  const signing::Requests requests(requester.context());
  const schema::Ticket ticket = requests.get(flags.id);
  const bool has_owner = requests.has_owner(ticket);
  std::cout << (flags.json ? schema::encode(report(ticket, has_owner)) : describe(ticket, has_owner));
}

void cancel_request(const RequestFlags& flags) {
  Requester requester;
  signing::Requests requests(requester.context());
  const schema::Ticket ticket = requests.get(flags.id);
  requests.cancel(ticket);
  if (flags.json) {
    std::cout << schema::encode(report(ticket, false));
  } else {
    std::cout << "cancelled request " << ticket.request.id << " for " << ticket.request.subject.artifact.digest << "\n";
  }
}

}  // namespace operators
