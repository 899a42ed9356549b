#include "approvals/pending.h"

#include <iostream>

#include "approvals/approver_access.h"
#include "approvals/commands.h"
#include "approvals/task_view.h"

namespace operators {

void list_tasks(const ApproverFlags& flags) {
  ApproverAccess access(flags);
  const base::Bytes own_key = access.key().spki_der();
  std::vector<schema::TaskReport> reports;
  std::string lines;
  for (const schema::TsbTask& task : access.tasks()) {
    const TaskView view = view_of(task, own_key);
    reports.push_back(report(view));
    lines += summary(view) + "\n";
  }
  if (flags.json) {
    std::cout << schema::encode(reports);
  } else {
    std::cout << (lines.empty() ? "nothing waits for this key at " + access.place() + "\n" : lines);
  }
}

std::string show_task(const std::string& id, const ApproverFlags& flags) {
  ApproverAccess access(flags);
  const std::vector<schema::TsbTask> tasks = access.tasks();
  const TaskView view = view_of(find_task(tasks, id), access.key().spki_der());
  return flags.json ? schema::encode(std::vector{report(view)}) : describe(view);
}

}  // namespace operators
