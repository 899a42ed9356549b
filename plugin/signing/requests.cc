#include "signing/requests.h"

#include "approval/approval.h"
#include "approval/registry.h"
#include "approval/ticket.h"
#include "base/error.h"
#include "run.h"

namespace signing {

using base::Error;
using base::ErrorKind;
using base::Phase;

schema::Ticket request_approval(const std::string& key_id, const ModuleFlags& flags,
                                const schema::ApprovalSubject& subject, RunContext& context) {
  Run run(key_id, flags, context);
  run.key.start_module();
  run.key.read_chain_file();
  run.inspect(true);
  run.key.check_expiry();
  const approval::Policy* policy = run.desk.policy_of(run.key.setup(), run.key.chain());
  if (policy == nullptr) {
    throw Error(ErrorKind::invalid_settings, Phase::approval,
                "key " + base::quoted(run.key.setup().name) + " needs no approval",
                "it has none in the configuration file");
  }
  if (!run.desk.signs(*policy)) run.key.find_hidden();
  return run.desk.request_ahead(*policy, run.key.setup(), run.key.chain(), subject);
}

Requests::Requests(RunContext& context)
    : context_(context),
      settings_(Settings::load(context.files)),
      policies_(settings_.policies()),
      state_(platform::StateFolderSearch::open()) {
  context_.log.configure(settings_.log());
  if (!state_.folder) {
    throw Error(ErrorKind::invalid_settings, Phase::approval, "there is no folder that could hold requests",
                state_.reason);
  }
  tickets_.emplace(*state_.folder);
}

std::optional<schema::Ticket> Requests::refresh(const schema::Ticket& ticket) {
  std::optional<schema::Ticket> now = tickets_->read_again(ticket);
  if (!now || now->state != schema::TicketState::open) return now;
  approval::Backend& backend = backend_of(*now);
  if (backend.signs()) return now;
  const schema::ApprovalAnswer answer = backend.poll(*now);
  const approval::TicketRules rules{false, policies_.find(now->request.key_sha256)->settings.grant_lifetime};
  const auto after = approval::after_answer(*now, answer, rules, context_.clock.wall());
  const auto turn = tickets_->lock(now->request.key_sha256, now->request.subject, std::chrono::seconds(30));
  if (!tickets_->read_again(*now)) return std::nullopt;
  if (!after) tickets_->remove(*now);
  if (after && !(*after == *now)) tickets_->write(*after);
  return after;
}

void Requests::cancel(const schema::Ticket& ticket) {
  approval::cancel(ticket, backend_of(ticket), *tickets_);
}

approval::Backend& Requests::backend_of(const schema::Ticket& ticket) {
  const approval::Policy* policy = policies_.find(ticket.request.key_sha256);
  if (policy == nullptr) {
    throw Error(ErrorKind::invalid_settings, Phase::approval,
                "request " + ticket.request.id + ": the configuration has no approval for its key " +
                    base::quoted(ticket.request.key_name) + " any more",
                "approval.public_key was " + ticket.request.key_sha256);
  }
  backend_ = approval::make_backend(policy->settings, {context_.clock, context_.log, context_.secrets, policy->folder});
  return *backend_;
}

}  // namespace signing
