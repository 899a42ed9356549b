#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "console.h"
#include "pkcs11/token_service.h"
#include "platform/environment.h"
#include "platform/log.h"
#include "platform/terminal.h"
#include "schema/key_report.h"
#include "schema/report.h"
#include "signing/pin_step.h"
#include "signing/run_context.h"
#include "token_flags.h"

namespace operators {

// A module in its worker, and the person or PIN source to log in with: what every command on a token needs.
class TokenAccess {
 public:
  // By flags alone, or by a key and flags. Both read the configuration files, check the module's file and start loading
  // it.
  static std::unique_ptr<TokenAccess> by_module(const signing::ModuleFlags& flags);
  static std::unique_ptr<TokenAccess> by_key(const std::string& key, const signing::ModuleFlags& flags);

  const signing::KeySetup& setup() const { return setup_; }
  pkcs11::TokenService& service() { return *service_; }
  signing::PinStep& pin() { return pin_; }
  base::Clock& clock() { return context_.clock; }
  platform::Terminal& terminal() { return terminal_; }

  // Called about every 500 ms while a job runs; see pkcs11::IsolatedOptions. Empty: nothing is.
  void while_waiting(std::function<void()> call) { while_waiting_ = std::move(call); }

 private:
  TokenAccess();
  signing::Settings load_settings();
  void start(signing::KeySetup setup);

  Console terminal_;
  platform::Log log_;
  platform::EnvironmentSecrets secrets_;
  signing::RunContext context_;
  signing::KeySetup setup_;
  signing::PinStep pin_;
  std::function<void()> while_waiting_;
  std::unique_ptr<pkcs11::TokenService> service_;
};

// The module's worker; a PIN that `env:` names is taken out of the environment. Its signatures are recorded. `context`
// outlives it.
std::unique_ptr<pkcs11::TokenService> make_key_service(const signing::KeySetup& setup, signing::RunContext& context,
                                                       std::function<void()> while_waiting = {});

// A pause that nobody cuts short.
bool sleep_whole(std::chrono::milliseconds duration);

// Which tokens --token means: by label, or by a PKCS#11 URI without a query, whose object does not count.
// Error(invalid_uri).
pkcs11::Uri token_selection(const std::string& token);

// Whether the token has everything that the selection asks for.
bool selects(const pkcs11::Uri& selection, const pkcs11::TokenState& token);

// The one initialised token of a survey that `flags` made. Errors: key_not_found, ambiguous_key, which lists URIs.
pkcs11::TokenState the_token(const pkcs11::Survey& survey, const TokenFlags& flags);

// A key as the reports show it.
schema::KeyReport report(const pkcs11::KeyView& key);

}  // namespace operators
