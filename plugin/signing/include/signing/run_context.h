#pragma once

#include <chrono>
#include <functional>

#include "base/clock.h"
#include "pkcs11/key_service.h"
#include "platform/environment.h"
#include "platform/log.h"
#include "platform/terminal.h"
#include "signing/settings.h"

namespace signing {

// What a run works with; main hands in the real things, a test its doubles. Everything outlives the run.
struct RunContext {
  // Called once, when the key's settings are known. The service outlives the run, so that the answer is on its way
  // while the module is left.
  std::function<pkcs11::KeyService&(const KeySetup& setup)> start_key_service;
  // Throws Error(host_gone) when nobody is left to take the answer.
  std::function<void()> require_host;
  // Sleeps; false, as soon as it happens, when nobody is left.
  std::function<bool(std::chrono::milliseconds)> pause;
  platform::Terminal& terminal;
  platform::Log& log;
  base::Clock& clock;
  platform::EnvironmentSecrets& secrets;
  SettingsFiles files;
};

}  // namespace signing
