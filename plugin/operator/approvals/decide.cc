#include <algorithm>
#include <iostream>

#include "approvals/approver_access.h"
#include "approvals/commands.h"
#include "approvals/task_view.h"
#include "base/bytes.h"
#include "base/error.h"
#include "confirm.h"

namespace operators {
namespace {

using Outcome = approval::TsbApprover::Outcome;

// How the two answers differ.
struct Answer {
  const char *question, *done;
  Outcome (ApproverAccess::*give)(const schema::TsbTask&);
};
constexpr Answer kApproval{"approve this?", "approved", &ApproverAccess::approve};
constexpr Answer kRefusal{"reject this?", "rejected", &ApproverAccess::reject};

class Decision {
 public:
  Decision(const DecisionFlags& flags, const Answer& answer)
      : flags_(flags), answer_(answer), access_(flags.approver), own_key_(access_.key().spki_der()) {}

  // All tasks are found, and found fit, before the first is answered.
  void run() {
    const std::vector<schema::TsbTask> waiting = access_.tasks();
    std::vector<const schema::TsbTask*> chosen;
    for (const std::string& id : flags_.tasks) {
      const schema::TsbTask& task = find_task(waiting, id);
      if (std::find(chosen.begin(), chosen.end(), &task) != chosen.end()) continue;
      chosen.push_back(&task);
      if (&answer_ == &kApproval) require_approvable(view_of(task, own_key_), flags_.opaque);
    }
    for (const schema::TsbTask* task : chosen)
      decide(*task);
    if (flags_.approver.json) std::cout << schema::encode(reports_);
    if (left_ == 0) return;
    throw base::Error(base::ErrorKind::cancelled, base::Phase::approval,
                      std::to_string(left_) + " of " + std::to_string(chosen.size()) + " tasks left unanswered");
  }

 private:
  void decide(const schema::TsbTask& task) {
    const TaskView view = view_of(task, own_key_);
    const std::string deed = "task " + base::printable(view.id) + " is to be " + answer_.done;
    const bool wanted = flags_.yes || confirm(deed, describe(view), answer_.question);
    const bool shows = flags_.yes && !flags_.approver.json;
    if (shows) std::cout << describe(view) << std::flush;
    if (!wanted) {
      ++left_;
      return tell(view, "left", "left unanswered");
    }
    switch ((access_.*answer_.give)(task)) {
      case Outcome::done:
        return tell(view, answer_.done, answer_.done);
      case Outcome::gone:
        return tell(view, "gone", "it was answered with this key before, or its request has ended");
    }
  }

  void tell(const TaskView& view, const char* answer, const std::string& text) {
    reports_.push_back(report(view));
    reports_.back().answer = answer;
    if (!flags_.approver.json) std::cout << "task " << base::printable(view.id) << ": " << text << "\n" << std::flush;
  }

  const DecisionFlags& flags_;
  const Answer& answer_;
  ApproverAccess access_;
  base::Bytes own_key_;
  std::vector<schema::TaskReport> reports_;
  std::size_t left_ = 0;
};

}  // namespace

void approve_tasks(const DecisionFlags& flags) {
  Decision(flags, kApproval).run();
}

void reject_tasks(const DecisionFlags& flags) {
  Decision(flags, kRefusal).run();
}

}  // namespace operators
