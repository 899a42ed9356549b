#pragma once

#include <memory>
#include <string>

#include "pkcs11/token_service.h"
#include "platform/environment.h"
#include "platform/log.h"
#include "platform/terminal.h"
#include "signing/run_context.h"

namespace operators {

// What a look at a key runs with: like a signing run, for as long as the command lasts.
class Surroundings {
 public:
  Surroundings();
  Surroundings(const Surroundings&) = delete;
  Surroundings& operator=(const Surroundings&) = delete;

  signing::RunContext& context() { return context_; }
  platform::Terminal& terminal() { return terminal_; }
  platform::EnvironmentSecrets& secrets() { return secrets_; }

  // The module's worker, anew. One at a time.
  pkcs11::TokenService& start(const signing::KeySetup& setup);
  pkcs11::TokenService& service() { return *service_; }

 private:
  platform::ControllingTerminal terminal_;
  platform::Log log_;
  platform::EnvironmentSecrets secrets_;
  std::unique_ptr<pkcs11::TokenService> service_;
  signing::RunContext context_;
};

}  // namespace operators
