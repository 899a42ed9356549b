#pragma once

#include <memory>

#include "console.h"
#include "pkcs11/key_service.h"
#include "platform/environment.h"
#include "platform/log.h"
#include "signing/run_context.h"

namespace operators {

// What a command about requests runs with: like a signing run, but with the terminal's Ctrl-C as its end.
class Requester {
 public:
  Requester();

  signing::RunContext& context() { return context_; }
  platform::ControllingTerminal& terminal() { return terminal_; }

 private:
  Console terminal_;
  platform::Log log_;
  platform::EnvironmentSecrets secrets_;
  std::unique_ptr<pkcs11::KeyService> service_;
  signing::RunContext context_;
};

}  // namespace operators
