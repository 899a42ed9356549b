#pragma once

#include <memory>
#include <optional>

#include "approval/backend.h"
#include "pkcs11/key_service.h"
#include "signing/pin_step.h"
#include "signing/run_context.h"
#include "trust/chain.h"

namespace signing {

// One key from its settings to a chain that notation accepts, on a token or at a service. Members stand in the order in
// which they become known.
class KeyAtHand {
 public:
  KeyAtHand(KeySetup setup, RunContext& context) : setup_(std::move(setup)), context_(context), pin_(setup_, context) {}
  KeyAtHand(const KeyAtHand&) = delete;
  KeyAtHand& operator=(const KeyAtHand&) = delete;

  const KeySetup& setup() const { return setup_; }

  // Loading takes longest and needs nothing of ours: it begins before the rest. Nothing for a key at a service.
  void start_module();

  // The chain as far as the file alone gives it; token or service are asked only for what is missing.
  void read_chain_file();
  bool has_chain() const { return chain_.has_value(); }

  // Public data; with `may_log_in` also what the token hides until somebody logs in.
  void inspect(bool may_log_in);
  void inspect(approval::Backend& service);

  // What inspect found, also where it threw for the chain's sake.
  const pkcs11::Inspection& inspection() const { return inspection_; }

  // Before people are asked: where a login will be needed, its PIN can be had. Error(pin_unavailable).
  void require_pin_source();

  // Before people are asked: a key that the token hides is looked for with a login. Error(key_not_found).
  void find_hidden();

  const trust::CheckedChain& chain() const { return *chain_; }

  // Warns, or throws where the settings say so.
  void check_expiry() const;

  // Lets go of the module while people think.
  void release();

  void log_in();
  bool has_login() const { return login_.has_value(); }

  // Runs a job of the service with the login, null where the token wants none.
  template <typename Job>
  auto use(Job&& job) {
    log_in();
    return login_ ? pin_.use(inspection_.token, [&] { return job(&*login_); }) : job(nullptr);
  }
  pkcs11::SignResult sign(const pkcs11::SignOrder& order);

 private:
  void require_same_key(const approval::KeyAtService& key, const std::string& place) const;
  bool needs_login() const;
  void check_against_token();
  void complete_chain();
  [[noreturn]] void refuse_invisible() const;

  KeySetup setup_;
  RunContext& context_;
  PinStep pin_;
  pkcs11::KeyService* service_ = nullptr;
  trust::ChainSources sources_;
  std::optional<trust::CheckedChain> chain_;
  pkcs11::InspectOrder order_;
  pkcs11::Inspection inspection_;
  std::optional<pkcs11::Login> login_;
};

}  // namespace signing
