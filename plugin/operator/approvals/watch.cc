#include <algorithm>
#include <iostream>

#include "approval/ticket.h"
#include "approvals/commands.h"
#include "approvals/request_text.h"
#include "approvals/requester.h"
#include "base/error.h"
#include "signing/requests.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::TicketState;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{1'000}, kLongestPause{15'000};

// One person's look at one request, from now to its end.
class Watch {
 public:
  Watch(const RequestFlags& flags, Requester& requester)
      : json_(flags.json), context_(requester.context()), requests_(context_), ticket_(requests_.get(flags.id)) {}

  void run() {
    print();
    for (milliseconds pause = kFirstPause; is_undecided(); pause = std::min(pause * 3 / 2, kLongestPause)) {
      context_.pause(pause);
      look();
    }
    refuse_if_refused();
  }

 private:
  // Throws when the request has come to another end than a decision.
  bool is_undecided() const {
    const base::WallTime now = context_.clock.wall();
    if (approval::is_spent(ticket_, now) && ticket_.state == TicketState::permitted) {
      throw ended("was permitted, but the permission is over");
    }
    if (ticket_.state != TicketState::open && ticket_.state != TicketState::intended) return false;
    if (ticket_.request.expires <= now) throw ended("has expired");
    if (ticket_.state == TicketState::intended && !requests_.has_owner(ticket_)) {
      throw ended("was written down, but nobody knows whether it was handed in");
    }
    return true;
  }

  void look() {
    approval::Standing standing = requests_.look(ticket_);
    if (!standing.ticket) {
      if (standing.end) throw *standing.end;
      throw ended("is over: the run that waited for it has ended, and has said how");
    }
    const bool is_news = !(standing.ticket->progress == ticket_.progress) || standing.ticket->state != ticket_.state;
    ticket_ = std::move(*standing.ticket);
    if (is_news) print();
  }

  void print() const {
    const bool has_owner = requests_.has_owner(ticket_);
    std::cout << (json_ ? schema::encode(report(ticket_, has_owner)) : describe(ticket_, has_owner)) << std::flush;
  }

  void refuse_if_refused() const {
    if (ticket_.state != TicketState::refused) return;
    throw Error(ErrorKind::denied, Phase::approval, "request " + ticket_.request.id + " is " + standing_text(ticket_),
                "a refusal is final for its request; to ask anew: notation-pkcs11 approvals cancel " +
                    ticket_.request.id.substr(0, 8) + ", then sign again");
  }

  Error ended(const std::string& how) const {
    return {ErrorKind::undecided, Phase::approval, "request " + ticket_.request.id + " " + how,
            "notation sign goes on with a request that is open, and asks anew where none is"};
  }

  bool json_;
  signing::RunContext& context_;
  signing::Requests requests_;
  schema::Ticket ticket_;
};

}  // namespace

void watch_request(const RequestFlags& flags) {
  Requester requester;
  Watch(flags, requester).run();
}

}  // namespace operators
