#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "commands.h"
#include "request_text.h"
#include "requester.h"
#include "signing/requests.h"

namespace operators {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{1'000}, kLongestPause{15'000};

void print(const schema::Ticket& ticket, bool has_owner, bool json) {
  std::cout << (json ? schema::encode(report(ticket, has_owner)) : describe(ticket, has_owner)) << std::flush;
}

void refuse_if_refused(const schema::Ticket& ticket) {
  if (ticket.state != schema::TicketState::refused) return;
  throw base::Error(base::ErrorKind::denied, base::Phase::approval, "request " + ticket.request.id + " was refused");
}

bool is_decided(const schema::Ticket& ticket) {
  return ticket.state != schema::TicketState::open && ticket.state != schema::TicketState::intended;
}

}  // namespace

void watch_request(const RequestFlags& flags) {
  Requester requester;
  signing::Requests requests(requester.context());
  schema::Ticket last = requests.get(flags.id);
  print(last, requests.has_owner(last), flags.json);
  for (milliseconds pause = kFirstPause; !is_decided(last); pause = std::min(pause * 3 / 2, kLongestPause)) {
    requester.context().pause(pause);
    const auto now = requests.refresh(last);
    if (!now) {
      std::cout << (flags.json ? "" : "request " + last.request.id + " is over\n");
      return;
    }
    if (now->request.expires <= requester.context().clock.wall()) {
      throw base::Error(base::ErrorKind::undecided, base::Phase::approval,
                        "request " + last.request.id + " has expired");
    }
    if (!(now->progress == last.progress) || now->state != last.state)
      print(*now, requests.has_owner(*now), flags.json);
    last = *now;
  }
  refuse_if_refused(last);
}

}  // namespace operators
