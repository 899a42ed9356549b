#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "approvals/commands.h"

namespace operators {

// The commands of those who answer: pending, approve, reject. The flags also serve others.
void add_approver_commands(CLI::App& approvals, std::function<void()>& chosen);
void add_approver_flags(CLI::App& app, ApproverFlags& flags);

}  // namespace operators
