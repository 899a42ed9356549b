#pragma once

#include <functional>
#include <memory>

#include "approval/backend.h"
#include "approval/policies.h"
#include "pkcs11/key_service.h"
#include "signing/run_context.h"
#include "trust/chain.h"

namespace signing {

// The steps of generate_signature one by one, for who looks for the one that fails. Each throws what it throws there;
// the order is the caller's. No PIN is spent but in log_in_and, and in inspect where it may log in.
class Rehearsal {
 public:
  // Errors: as Settings::load and Settings::key.
  Rehearsal(const std::string& key_id, const ModuleFlags& flags, RunContext& context);
  ~Rehearsal();
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

  const KeySetup& setup() const;

  void start_module();     // not for a key at a service
  void read_chain_file();  // checks a file that is a whole chain
  // The key and its chain, by the module's or the service's answers. After an Error about the chain, what was found
  // before it stands.
  void inspect(bool may_log_in);
  const pkcs11::Inspection& inspection() const;
  bool has_chain() const;
  const trust::CheckedChain& chain() const;

  // Whether a login's PIN can be had. Error(pin_unavailable).
  void require_pin_source();

  // The approval that the key needs, null for none. Error(invalid_settings) for one of another public key.
  const approval::Policy* policy() const;
  approval::Backend& backend_of(const approval::Policy& policy);

  // Runs a job of the service that was started, with a login where the token wants one; the PIN is obtained once.
  void log_in_and(const std::function<void(const pkcs11::Login*)>& job);

 private:
  class Steps;
  std::unique_ptr<Steps> steps_;
};

}  // namespace signing
