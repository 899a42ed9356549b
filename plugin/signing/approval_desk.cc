#include "approval_desk.h"

#include <array>
#include <utility>

#include "approval/claims.h"
#include "approval/registry.h"
#include "approval/status_watcher.h"
#include "base/error.h"
#include "base/random.h"
#include "trust/public_key.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::chrono::seconds kUsualWait{900};

double chance() {
  std::array<std::uint8_t, 2> bytes{};
  base::fill_with_random(bytes);
  return (bytes[0] * 256 + bytes[1]) / 65535.0;
}

approval::Question question_about(const approval::Policy& policy, const KeySetup& setup,
                                  const trust::CheckedChain& chain, const schema::ApprovalSubject& subject,
                                  base::ByteView payload) {
  return {setup.name, chain.leaf_key(), chain.spec(),
          subject,    payload,          approval::gather_claims(policy.settings.claims)};
}

}  // namespace

approval::Backend& ApprovalDesk::service_of(const KeySetup& setup) {
  const approval::Policy* policy = policies_.of_name(setup.name);
  if (policy == nullptr) {
    throw Error(ErrorKind::internal, Phase::approval, "key " + base::quoted(setup.name) + " is at no service");
  }
  return backend_of(*policy);
}

const approval::Policy* ApprovalDesk::policy_of(const KeySetup& setup, const trust::CheckedChain& chain) const {
  const std::string key = trust::spki_sha256(chain.leaf_key());
  const approval::Policy* named = policies_.of_name(setup.name);
  if (named != nullptr && named->settings.public_key != key) {
    throw Error(
        ErrorKind::invalid_settings, Phase::approval,
        "key " + base::quoted(setup.name) + ": its approval is for another public key",
        "approval.public_key in " + named->origin + " is " + named->settings.public_key + "\nthe key is     " + key);
  }
  return policies_.find(key);
}

approval::Approval ApprovalDesk::obtain(const approval::Policy& policy, const KeySetup& setup,
                                        const trust::CheckedChain& chain, const schema::ApprovalSubject& subject,
                                        base::ByteView payload, const std::function<void()>& before_wait) {
  approval::StatusWatcher watcher(context_.terminal, context_.log, context_.clock, policy.settings.notify);
  const auto pause = [&, waits = false](std::chrono::milliseconds duration) mutable {
    if (duration.count() > 0 && !std::exchange(waits, true)) before_wait();
    return context_.pause(duration);
  };
  approval::WaitContext wait{context_.clock, context_.log, watcher,
                             pause,          chance,       setup.approval_wait.value_or(kUsualWait)};
  return approval::obtain(question_about(policy, setup, chain, subject, payload), policy.settings, backend_of(policy),
                          tickets(setup), wait);
}

schema::Ticket ApprovalDesk::request_ahead(const approval::Policy& policy, const KeySetup& setup,
                                           const trust::CheckedChain& chain, const schema::ApprovalSubject& subject) {
  approval::StatusWatcher watcher(context_.terminal, context_.log, context_.clock, policy.settings.notify);
  approval::WaitContext wait{context_.clock, context_.log, watcher, context_.pause, chance, std::chrono::seconds(0)};
  return approval::request_ahead(question_about(policy, setup, chain, subject, {}), policy.settings, backend_of(policy),
                                 tickets(setup), wait);
}

approval::Backend& ApprovalDesk::backend_of(const approval::Policy& policy) {
  if (backend_policy_ != &policy) {
    backend_ = approval::make_backend(policy.settings, {context_.clock, context_.log, context_.secrets, policy.folder});
    backend_policy_ = &policy;
  }
  return *backend_;
}

approval::TicketStore ApprovalDesk::tickets(const KeySetup& setup) {
  if (!state_) state_ = platform::StateFolderSearch::open();
  if (!state_->folder) {
    throw Error(ErrorKind::invalid_settings, Phase::approval,
                "key " + base::quoted(setup.name) + " needs an approval, and there is no folder to keep the request in",
                state_->reason);
  }
  return approval::TicketStore(*state_->folder);
}

}  // namespace signing
