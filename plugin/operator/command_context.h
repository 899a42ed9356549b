#pragma once

#include <functional>

#include "signing/run_context.h"

namespace operators {

// What a command for people runs with: there is no host that could go away, and a pause is slept to its end. Takes the
// PIN's variable out of the environment. Everything handed in outlives the context.
signing::RunContext command_context(
    std::function<pkcs11::KeyService&(const signing::KeySetup& setup)> start_key_service, platform::Terminal& terminal,
    platform::Log& log, platform::EnvironmentSecrets& secrets);

}  // namespace operators
