#pragma once

#include <memory>
#include <string>
#include <vector>

#include "approval/backend.h"
#include "base/clock.h"
#include "platform/environment.h"
#include "platform/log.h"
#include "schema/approval_settings.h"

namespace approval {

// What a backend may use; all of it outlives the backend.
struct BackendContext {
  base::Clock& clock;
  platform::Log& log;
  platform::EnvironmentSecrets& secrets;
  std::string folder;  // relative paths in the settings start here; ends in '/'
};

// Error(invalid_settings) for a name that is not registered and for settings that the backend cannot use. Reaches out
// to nobody yet.
std::unique_ptr<Backend> make_backend(const schema::ApprovalSettings& settings, const BackendContext& context);

std::vector<std::string> backend_names();

}  // namespace approval
