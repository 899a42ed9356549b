#include "signing/requests.h"

#include "approval/approval.h"
#include "approval/registry.h"
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
  if (state_.folder) tickets_.emplace(*state_.folder);
}

std::vector<schema::Ticket> Requests::all(std::vector<std::string>& unreadable) const {
  if (tickets_) return tickets_->all(unreadable);
  unreadable.push_back("there is no folder that could hold requests: " + state_.reason);
  return {};
}

schema::Ticket Requests::get(const std::string& id) const {
  if (tickets_) return tickets_->get(id);
  throw Error(ErrorKind::key_not_found, Phase::approval,
              "cannot find approval request " + base::quoted(id) + ": there is no folder that could hold it",
              state_.reason);
}

approval::Standing Requests::look(const schema::Ticket& ticket) {
  const approval::Policy& policy = policy_of(ticket);
  return approval::look(ticket, policy.settings, *backend_of(policy), *tickets_, context_.clock);
}

void Requests::cancel(const schema::Ticket& ticket) {
  approval::cancel(ticket, *backend_of(policy_of(ticket)), *tickets_);
}

void Requests::forget(const schema::Ticket& ticket) {
  approval::forget(ticket, *tickets_);
}

const approval::Policy& Requests::policy_of(const schema::Ticket& ticket) const {
  const approval::Policy* policy = policies_.find(ticket.request.key_sha256);
  if (policy != nullptr) return *policy;
  throw Error(ErrorKind::invalid_settings, Phase::approval,
              "request " + ticket.request.id + ": the configuration has no approval for its key " +
                  base::quoted(ticket.request.key_name) + " any more",
              "approval.public_key was " + ticket.request.key_sha256 + "\nnotation-pkcs11 approvals cancel --forget " +
                  ticket.request.id.substr(0, 8) + " forgets the request here, whatever becomes of it there");
}

std::unique_ptr<approval::Backend> Requests::backend_of(const approval::Policy& policy) {
  return approval::make_backend(policy.settings, {context_.clock, context_.log, context_.secrets, policy.folder});
}

}  // namespace signing
