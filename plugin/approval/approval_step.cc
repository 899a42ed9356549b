#include "approval_step.h"

#include <utility>

#include "base/bytes.h"
#include "progress_text.h"
#include "trust/public_key.h"

namespace approval {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using schema::ApprovalAnswer;
using schema::Ticket;
using schema::TicketState;

// A service can word the same trouble anew each time.
constexpr std::size_t kMostTroubles = 10;

struct WatchersEnd {
  Watcher& watcher;
  ~WatchersEnd() { watcher.over(); }
};

bool is_foreign(const ApprovalAnswer& answer, bool service_signs) {
  return service_signs ? std::holds_alternative<schema::ApprovalPermitted>(answer)
                       : std::holds_alternative<schema::ApprovalSigned>(answer);
}

}  // namespace

ApprovalStep::ApprovalStep(const Question& question, const schema::ApprovalSettings& settings, Backend& backend,
                           const TicketStore& tickets, WaitContext& context)
    : question_(question),
      backend_(backend),
      tickets_(tickets),
      context_(context),
      rules_{backend.signs(), settings.grant_lifetime},
      request_lifetime_(settings.request_lifetime),
      key_sha256_(trust::spki_sha256(question.key)),
      payload_sha256_(backend.signs() ? trust::sha256_hex(question.payload) : ""),
      deadline_(context.clock.now() + context.wait) {}

template <typename Job>
auto ApprovalStep::with_request_named(Job job) -> decltype(job()) {
  const WatchersEnd end{context_.watcher};
  try {
    return job();
  } catch (Error& error) {
    const std::string id = ticket_ ? ticket_->request.id : "";
    abandon();
    if (id.empty() || !error.request().empty()) throw;
    if (error.hint().empty() && ticket_) throw with_prospect(error, *ticket_, after_end());
    throw std::move(error).with_request(id);
  }
}

Approval ApprovalStep::run() {
  return with_request_named([&] {
    require_listener();
    start();
    return run_to_end();
  });
}

Ticket ApprovalStep::ask_ahead() {
  if (rules_.service_signs) {
    throw Error(ErrorKind::invalid_settings, Phase::approval,
                "approval of " + base::printable(question_.subject.artifact.digest) +
                    " cannot be asked for ahead of signing it: " + base::printable(backend_.place()) +
                    " approves the very bytes to be signed, and they do not exist yet",
                "run notation sign; it waits for the approvers");
  }
  return with_request_named([&] {
    start();
    if (next() == Step::poll && !asked_) hear(backend_.poll(*ticket_));
    if (next() == Step::tell) throw was_refused(*ticket_, rules_.service_signs);
    if (next() == Step::submit) give_up();
    announce();
    return *ticket_;
  });
}

Step ApprovalStep::next() const {
  return next_step(ticket_, rules_, payload_sha256_, true, now());
}

Approval ApprovalStep::run_to_end() {
  while (true) {
    switch (next()) {
      case Step::submit:
        await();
        submit_again();
        break;
      case Step::poll:
        await();
        hear(backend_.poll(*ticket_));
        break;
      case Step::redeem:
        await();
        if (auto approval = redeem()) return std::move(*approval);
        break;
      case Step::take:
        return take();
      case Step::tell: {
        const Error refusal = was_refused(*ticket_, rules_.service_signs);
        if (rules_.service_signs) forget();
        throw refusal;
      }
      case Step::withdraw:
        let_expire();
        break;
      case Step::forget: {
        const Error over = permission_is_over(*ticket_);
        forget();
        throw over;
      }
      case Step::distrust:
        throw clock_is_behind(*ticket_);
      case Step::ask:
      case Step::lose:
        throw Error(ErrorKind::internal, Phase::approval, "an approval request of this run was lost on the way");
    }
  }
}

// Until the next question is due.
void ApprovalStep::await() {
  if (std::exchange(due_now_, false)) return;
  announce();
  const std::chrono::milliseconds rest = left();
  if (rest.count() <= 0) give_up();
  sleep(std::min(pace_.next(context_.chance()), rest));
}

void ApprovalStep::sleep(std::chrono::milliseconds duration) {
  const base::SteadyTime end = context_.clock.now() + duration;
  const std::chrono::milliseconds tick = context_.watcher.tick();
  while (duration.count() > 0) {
    context_.watcher.waiting(*ticket_, std::chrono::ceil<std::chrono::seconds>(left()));
    if (!context_.pause(tick.count() > 0 ? std::min(tick, duration) : duration))
      throw nobody_listens(*ticket_, rules_.service_signs ? AfterEnd::is_withdrawn : AfterEnd::stays_open);
    duration = std::chrono::duration_cast<std::chrono::milliseconds>(end - context_.clock.now());
  }
}

void ApprovalStep::announce() {
  if (announced_ || ticket_->state != TicketState::open) return;
  announced_ = true;
  if (asked_) {
    context_.watcher.asked(*ticket_);
  } else {
    context_.watcher.resumed(*ticket_);
  }
}

void ApprovalStep::hear(const ApprovalAnswer& answer) {
  const auto turn = take_turn();
  if (!rules_.service_signs) {  // another run may have heard more
    std::optional<Ticket> current = tickets_.read_again(*ticket_);
    if (!current) throw end_of(answer, *ticket_).value_or(was_withdrawn(*ticket_));
    ticket_ = std::move(current);
    if (!hold_) hold_ = tickets_.hold(*ticket_);
  }
  record(answer);
}

// On disk first, then everything else.
void ApprovalStep::record(const ApprovalAnswer& answer) {
  const TicketState before = ticket_->state;
  std::optional<Ticket> after = after_answer(*ticket_, answer, rules_, now());
  if (!after) {
    const std::optional<Error> end = end_of(answer, *ticket_);
    forget();
    throw end.value();
  }
  tickets_.write(*after);
  ticket_ = std::move(after);
  due_now_ = ticket_->state != before && ticket_->state != TicketState::open;
  if (due_now_) context_.log.info("approval: request " + ticket_->request.id + " is " + decision_text(*ticket_));
  if (is_foreign(answer, rules_.service_signs)) throw answer_is_foreign(*ticket_);
  note(answer);
}

void ApprovalStep::note(const ApprovalAnswer& answer) {
  if (const auto* waiting = std::get_if<schema::ApprovalWaiting>(&answer)) {
    pace_.heed(waiting->retry_after);
    failure_.clear();
    if (!waiting->warning.empty()) tell_trouble(waiting->warning);
  } else if (const auto* failed = std::get_if<schema::ApprovalFailed>(&answer)) {
    pace_.heed(failed->retry_after);
    failure_ = failed->message;
    throttled_ = failed->throttled;
    tell_trouble(failed->message);
  }
}

std::optional<Approval> ApprovalStep::redeem() {
  const ApprovalAnswer answer = backend_.redeem(*ticket_);
  hear(answer);
  if (!std::holds_alternative<schema::ApprovalPermitted>(answer) || next() != Step::redeem) return std::nullopt;
  const schema::ApprovalPermitted& permission = *ticket_->permission;
  return Approval(make_grant(*permission.until, permission.evidence), std::nullopt);
}

// The signature goes with its run: the ticket has done its work.
Approval ApprovalStep::take() {
  Approval approval(make_grant(now() + rules_.grant_lifetime, {}), ticket_->result->signature);
  forget();
  return approval;
}

Grant ApprovalStep::make_grant(base::WallTime until, std::string evidence) const {
  Grant grant;
  grant.key_ = key_sha256_;
  grant.request_ = ticket_->request.id;
  grant.evidence_ = std::move(evidence);
  grant.bound_ = true;
  grant.subject_ = ticket_->request.subject;
  grant.from_ = now() - kClockTolerance;
  grant.until_ = until;
  return grant;
}

void ApprovalStep::give_up() {
  if (ticket_->state == TicketState::permitted) throw is_unconfirmed(*ticket_, failure_);
  if (ticket_->state == TicketState::intended) throw not_handed_in(*ticket_, failure_, throttled_);
  throw is_undecided(*ticket_, context_.wait, failure_, after_end());
}

// Another run may have heard a yes at the last moment: then this one goes on.
void ApprovalStep::let_expire() {
  const auto turn = take_turn();
  const Error expired = has_expired(*ticket_);
  if (!rules_.service_signs) {
    std::optional<Ticket> current = tickets_.read_again(*ticket_);
    if (!current) throw expired;
    ticket_ = std::move(current);
    due_now_ = next() != Step::withdraw;
    if (due_now_) return;
  }
  (void)withdraw_and_forget(*ticket_);
  ticket_.reset();
  throw expired;
}

void ApprovalStep::forget() {
  tickets_.remove(*ticket_);
  ticket_.reset();
  hold_.reset();
}

// The run ends without a signature. A request that no other run can use must not keep people busy.
void ApprovalStep::abandon() {
  if (!ticket_ || !rules_.service_signs) return;
  if (ticket_->state == TicketState::intended && !in_doubt_) {
    forget();
  } else if (ticket_->state == TicketState::open && context_.wait.count() > 0) {
    (void)withdraw_and_forget(*ticket_);
  }
}

void ApprovalStep::require_listener() const {
  if (!context_.pause(std::chrono::milliseconds(0))) {
    throw Error(ErrorKind::host_gone, Phase::approval,
                "approval of " + base::printable(question_.subject.artifact.digest) +
                    " is not asked for: the process that wanted it has ended");
  }
}

void ApprovalStep::tell_trouble(const std::string& text) {
  if (troubles_.size() < kMostTroubles && troubles_.insert(text).second) context_.watcher.trouble(text);
}

// Where the service signs, each run has a request of its own and nobody to wait for.
std::optional<TicketStore::Turn> ApprovalStep::take_turn() const {
  if (rules_.service_signs) return std::nullopt;
  return tickets_.lock(key_sha256_, question_.subject, TicketStore::kPatience + backend_.longest_call());
}

base::WallTime ApprovalStep::now() const {
  return std::chrono::floor<std::chrono::seconds>(context_.clock.wall());
}

// Until the run's time is over, or the request's, or that of the permission it has become.
std::chrono::milliseconds ApprovalStep::left() const {
  const auto run = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - context_.clock.now());
  const bool is_permitted = ticket_->state == TicketState::permitted;
  const base::WallTime end = is_permitted ? ticket_->permission->until.value() : ticket_->request.expires;
  return std::min(run, std::chrono::ceil<std::chrono::milliseconds>(end - context_.clock.wall()));
}

AfterEnd ApprovalStep::after_end() const {
  if (!rules_.service_signs) return AfterEnd::stays_open;
  return context_.wait.count() > 0 ? AfterEnd::is_withdrawn : AfterEnd::next_withdraws;
}

}  // namespace approval
