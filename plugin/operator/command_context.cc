#include "command_context.h"

#include "token_access.h"

namespace operators {

signing::RunContext command_context(
    std::function<pkcs11::KeyService&(const signing::KeySetup& setup)> start_key_service, platform::Terminal& terminal,
    platform::Log& log, platform::EnvironmentSecrets& secrets) {
  secrets.take(platform::kPinVariable);
  return {std::move(start_key_service),    [] {}, sleep_whole, terminal, log, base::system_clock(), secrets,
          signing::SettingsFiles::locate()};
}

}  // namespace operators
