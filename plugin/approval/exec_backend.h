#pragma once

#include <memory>

#include "approval/backend.h"
#include "approval/registry.h"
#include "schema/approval_settings.h"

namespace approval {

// The backend `exec`: a program carries requests and answers, the token signs (docs/writing-a-backend.md).
std::unique_ptr<Backend> make_exec(const schema::ExecSettings& settings, const BackendContext& context);

}  // namespace approval
