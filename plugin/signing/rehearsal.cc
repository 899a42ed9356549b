#include "signing/rehearsal.h"

#include "run.h"

namespace signing {

class Rehearsal::Steps : public Run {
 public:
  using Run::Run;
};

Rehearsal::Rehearsal(const std::string& key_id, const ModuleFlags& flags, RunContext& context)
    : steps_(std::make_unique<Steps>(key_id, flags, context)) {}

Rehearsal::~Rehearsal() = default;

const KeySetup& Rehearsal::setup() const {
  return steps_->key.setup();
}

void Rehearsal::start_module() {
  steps_->key.start_module();
}

void Rehearsal::read_chain_file() {
  steps_->key.read_chain_file();
}

void Rehearsal::inspect(bool may_log_in) {
  steps_->inspect(may_log_in);
  if (may_log_in) steps_->key.find_hidden();
}

const pkcs11::Inspection& Rehearsal::inspection() const {
  return steps_->key.inspection();
}

bool Rehearsal::has_chain() const {
  return steps_->key.has_chain();
}

const trust::CheckedChain& Rehearsal::chain() const {
  return steps_->key.chain();
}

void Rehearsal::require_pin_source() {
  steps_->key.require_pin_source();
}

const approval::Policy* Rehearsal::policy() const {
  return steps_->desk.policy_of(setup(), chain());
}

approval::Backend& Rehearsal::backend_of(const approval::Policy& policy) {
  return steps_->desk.backend_of(policy);
}

void Rehearsal::log_in_and(const std::function<void(const pkcs11::Login*)>& job) {
  steps_->key.use([&](const pkcs11::Login* login) {
    job(login);
    return true;
  });
}

}  // namespace signing
