#pragma once

#include <memory>
#include <optional>

#include "approval/approval.h"
#include "approval/policies.h"
#include "approval/ticket_store.h"
#include "platform/state_folder.h"
#include "signing/run_context.h"
#include "trust/chain.h"

namespace signing {

// Where a run asks for leave to sign: finds the policy of the public key, and its backend.
class ApprovalDesk {
 public:
  ApprovalDesk(approval::Policies policies, RunContext& context) : policies_(std::move(policies)), context_(context) {}

  // Whether no key needs an approval; then nobody beyond this host is ever asked.
  bool has_no_policies() const { return policies_.empty(); }

  // The service that holds a key with `at_service`.
  approval::Backend& service_of(const KeySetup& setup);

  // Null for a key without one. Error(invalid_settings) when the key's name has a policy that is bound to another
  // public key.
  const approval::Policy* policy_of(const KeySetup& setup, const trust::CheckedChain& chain) const;

  // The policy's backend, the same one until another policy's is asked for.
  approval::Backend& backend_of(const approval::Policy& policy);

  // Whether the policy's service makes the signature, whatever token holds a copy of the key.
  bool signs(const approval::Policy& policy) { return backend_of(policy).signs(); }

  // For a key without a policy.
  approval::Grant none_needed(const trust::CheckedChain& chain) const {
    return policies_.none_needed(chain.leaf_key());
  }

  // `before_wait` is called once, when people have been asked and the run is about to sleep.
  approval::Approval obtain(const approval::Policy& policy, const KeySetup& setup, const trust::CheckedChain& chain,
                            const schema::ApprovalSubject& subject, base::ByteView payload,
                            const std::function<void()>& before_wait);
  schema::Ticket request_ahead(const approval::Policy& policy, const KeySetup& setup, const trust::CheckedChain& chain,
                               const schema::ApprovalSubject& subject);

 private:
  approval::TicketStore tickets(const KeySetup& setup);

  approval::Policies policies_;
  RunContext& context_;
  std::optional<platform::StateFolderSearch> state_;
  const approval::Policy* backend_policy_ = nullptr;
  std::unique_ptr<approval::Backend> backend_;
};

}  // namespace signing
