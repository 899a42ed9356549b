#include "approval/status_watcher.h"

#include "base/bytes.h"
#include "base/error.h"
#include "platform/program.h"
#include "progress_text.h"
#include "schema/exec_approval.h"

namespace approval {
namespace {

constexpr std::size_t kColumns = 79;  // the last column of a terminal may wrap
constexpr std::chrono::milliseconds kTick{1'000};
constexpr std::chrono::milliseconds kNotifyTimeout{10'000};
constexpr unsigned kMostPlaces = 10;  // a service can name another place each time
constexpr const char* kName = "notation-pkcs11: ";

}  // namespace

StatusWatcher::StatusWatcher(platform::Terminal& terminal, platform::Log& log, base::Clock& clock,
                             std::vector<std::string> notify)
    : terminal_(terminal), log_(log), clock_(clock), notify_(std::move(notify)) {}

void StatusWatcher::asked(const schema::Ticket& ticket) {
  introduce("asked for ", ticket);
  if (!notify_.empty()) notify(ticket);
}

void StatusWatcher::resumed(const schema::Ticket& ticket) {
  introduce("waiting again for ", ticket);
}

void StatusWatcher::introduce(const char* what, const schema::Ticket& ticket) {
  const std::string text = what + question_text(ticket.request);
  terminal_.show_line(kName + text);
  terminal_.show_line(kName + ("to see it: notation-pkcs11 approvals show " + short_id(ticket.request)));
  log_.info("approval: " + text + " at " + ticket.place + ", request " + ticket.request.id +
            (ticket.service_id.empty() ? "" : ", there " + ticket.service_id));
}

void StatusWatcher::waiting(const schema::Ticket& ticket, std::chrono::seconds left) {
  if (ticket.progress.where != where_) {
    where_ = ticket.progress.where;
    if (!where_.empty() && places_shown_++ < kMostPlaces)
      terminal_.show_line(kName + ("approvers: " + base::printable(where_)));
  }
  terminal_.show_status(status_text(ticket, left, kColumns));
  const std::string progress = progress_text(ticket.progress);
  if (progress == logged_) return;
  logged_ = progress;
  log_.info("approval: request " + ticket.request.id + ": " + progress + "; " + countdown_text(left) + " left");
}

std::chrono::milliseconds StatusWatcher::tick() const {
  return terminal_.is_there() ? kTick : std::chrono::milliseconds(0);
}

void StatusWatcher::trouble(const std::string& text) {
  platform::warn_user(terminal_, log_, text);
}

void StatusWatcher::over() {
  terminal_.clear_status();
}

// Runs to its end before the wait begins, so that it can never outlive the run.
void StatusWatcher::notify(const schema::Ticket& ticket) {
  const base::SteadyTime start = clock_.now();
  try {
    platform::ProgramOrder order;
    order.command = notify_;
    order.environment = platform::pick_environment({});
    order.input = schema::encode_exec_question(schema::ExecVerb::submit, ticket.request, ticket.service_id);
    order.timeout = kNotifyTimeout;
    const platform::ProgramResult result = platform::run_program(order);
    const auto duration = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - start);
    const std::string took = " (" + std::to_string(duration.count()) + " ms)";
    if (result.late) {
      log_.warning("approval: notify " + notify_.front() + " was stopped: it took too long" + took);
    } else if (result.exit_status != 0) {
      log_.warning("approval: notify " + notify_.front() + " ended with status " + std::to_string(result.exit_status) +
                   took + (result.errors.empty() ? "" : ": " + result.errors));
    } else {
      log_.debug("approval: notify " + notify_.front() + took);
    }
  } catch (const base::Error& error) {
    log_.warning("approval: notify " + notify_.front() + ": " + error.message());
  }
}

}  // namespace approval
