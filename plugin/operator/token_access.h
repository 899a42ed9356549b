#pragma once

#include <memory>
#include <string>

#include "pkcs11/key_service.h"
#include "platform/environment.h"
#include "platform/log.h"
#include "platform/terminal.h"
#include "schema/report.h"
#include "signing/pin_step.h"
#include "signing/run_context.h"

namespace operators {

// A module in its worker, and the person or PIN source to log in with: what every command on a token needs.
class TokenAccess {
 public:
  // By flags, or by the name of a key. Both check the module's file and start loading it.
  static std::unique_ptr<TokenAccess> by_module(const std::string& module, const std::string& pin_source);
  static std::unique_ptr<TokenAccess> by_key(const std::string& key, const std::string& module,
                                             const std::string& pin_source);

  const signing::KeySetup& setup() const { return setup_; }
  pkcs11::KeyService& service() { return *service_; }
  signing::PinStep& pin() { return pin_; }
  base::Clock& clock() { return context_.clock; }

 private:
  TokenAccess();
  void start(signing::KeySetup setup);

  platform::ControllingTerminal terminal_;
  platform::Log log_;
  platform::EnvironmentSecrets secrets_;
  signing::RunContext context_;
  signing::KeySetup setup_;
  signing::PinStep pin_;
  std::unique_ptr<pkcs11::KeyService> service_;
};

// A key as the reports show it.
schema::KeyReport report(const pkcs11::KeyView& key);

}  // namespace operators
