#pragma once

#include <string>

#include "approvals/commands.h"

namespace operators {

// One task as `approvals show` prints it. Errors: as ApproverAccess and find_task.
std::string show_task(const std::string& id, const ApproverFlags& flags);

}  // namespace operators
