#pragma once

#include <optional>
#include <set>
#include <string>

#include "approval/approval.h"
#include "approval/ticket.h"
#include "base/error.h"
#include "endings.h"
#include "pace.h"

namespace approval {

// One run's way from a question to leave to sign. What happens to the ticket is decided in ticket.cc; here it happens:
// intent on disk before the request goes out, the service's name for it and every answer on disk before anything else.
class ApprovalStep {
 public:
  ApprovalStep(const Question& question, const schema::ApprovalSettings& settings, Backend& backend,
               const TicketStore& tickets, WaitContext& context);

  Approval run();
  schema::Ticket ask_ahead();

 private:
  template <typename Job>
  auto with_request_named(Job job) -> decltype(job());

  // approval_start.cc: what earlier runs left, and the request of this one.
  void start();
  void go_on_or_forget(schema::Ticket found);
  void settle(schema::Ticket found);
  bool is_elsewhere(const schema::Ticket& found);
  bool withdraw_and_forget(const schema::Ticket& ticket);
  void write_intent();
  void submit();
  void submit_again();

  Step next() const;
  Approval run_to_end();
  void await();
  void sleep(std::chrono::milliseconds duration);
  void announce();
  void hear(const schema::ApprovalAnswer& answer);
  void record(const schema::ApprovalAnswer& answer);
  void note(const schema::ApprovalAnswer& answer);
  std::optional<Approval> redeem();
  Approval take();
  Grant make_grant(base::WallTime until, std::string evidence) const;

  [[noreturn]] void give_up();
  void let_expire();
  void forget();
  void abandon();
  void require_listener() const;
  void tell_trouble(const std::string& text);

  std::optional<TicketStore::Turn> take_turn() const;
  base::WallTime now() const;  // whole seconds
  std::chrono::milliseconds left() const;
  AfterEnd after_end() const;

  const Question& question_;
  Backend& backend_;
  const TicketStore& tickets_;
  WaitContext& context_;
  const TicketRules rules_;
  const std::chrono::seconds request_lifetime_;
  const std::string key_sha256_, payload_sha256_;
  const base::SteadyTime deadline_;

  std::optional<schema::Ticket> ticket_;
  std::optional<TicketStore::Hold> hold_;
  Pace pace_;
  bool asked_ = false;     // this run handed the request in
  bool in_doubt_ = false;  // whether it did cannot be said
  bool announced_ = false;
  bool due_now_ = false;            // the next question need not wait
  std::string failure_;             // why the last question had no answer, empty when it had one
  bool throttled_ = false;          // that was because the service has too much to do
  std::set<std::string> troubles_;  // as told
};

}  // namespace approval
