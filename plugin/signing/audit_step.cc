#include "signing/audit_step.h"

#include "pkcs11/return_value.h"
#include "platform/system_log.h"
#include "trust/public_key.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

schema::AuditFailure failure_of(const Error& error) {
  schema::AuditFailure failure;
  failure.kind = base::name_of(error.kind());
  failure.phase = base::name_of(error.phase());
  if (error.return_value()) failure.return_value = pkcs11::name_of_return_value(*error.return_value());
  failure.message = error.message();
  return failure;
}

}  // namespace

void AuditStep::require_log() {
  if (!is_required()) return;
  try {
    require_audit_log(folder());
  } catch (const Error& error) {
    refuse_to_sign(error);
  }
}

AuditedIntent AuditStep::begin(const schema::AuditSubject& subject) {
  AuditedIntent intent;
  has_begun_ = true;
  if (setup_.audit == schema::AuditMode::off) return intent;
  try {
    intent.place_ = write(schema::AuditIntent{subject}, platform::AuditFile::real_calls());
  } catch (const Error& error) {
    if (is_required()) refuse_to_sign(error);
    warn(error);
  }
  return intent;
}

void AuditStep::refuse_to_sign(const Error& error) const {
  throw Error(ErrorKind::unrecorded, Phase::audit,
              "nothing was signed with key " + base::quoted(setup_.name) + ": " + error.message(),
              "its setting audit is required" + (error.hint().empty() ? "" : "\n" + error.hint()));
}

void AuditStep::succeed(const AuditedIntent& intent, const schema::AuditSubject& subject,
                        const AuditedSignature& signature) {
  if (setup_.audit == schema::AuditMode::off) return;
  try {
    const schema::AuditSignature result{trust::sha256_hex(signature.bytes), signature.mechanism};
    write_outcome(intent, schema::AuditOutcome{{}, subject, result});
  } catch (const Error& error) {
    if (is_required()) {
      throw Error(ErrorKind::unrecorded, Phase::audit,
                  "the signature with key " + base::quoted(setup_.name) + " is withheld: " + error.message(),
                  "its setting audit is required; the log holds the intent, and nobody gets the signature");
    }
    warn(error);
  }
}

void AuditStep::fail(const AuditedIntent& intent, const schema::AuditSubject& subject, const Error& failure) {
  if (setup_.audit == schema::AuditMode::off) return;
  try {
    write_outcome(intent, schema::AuditOutcome{{}, subject, failure_of(failure)});
  } catch (const Error& error) {
    warn(error);
  }
}

// The intent is on the disk: if the machine goes down now, it tells that there may be a signature.
void AuditStep::write_outcome(const AuditedIntent& intent, schema::AuditOutcome outcome) {
  const AuditPlace* place = intent.place_ ? &*intent.place_ : nullptr;
  if (place != nullptr) outcome.intent = place->line.sequence;
  const bool waits = is_required();
  (void)write(std::move(outcome), waits ? platform::AuditFile::real_calls() : platform::AuditFile::unhurried_calls(),
              place);
}

AuditPlace AuditStep::write(AuditEvent event, const platform::AuditFile::Calls& calls, const AuditPlace* intent) {
  AuditAdded added = add_audit_line(folder(), std::move(event), context_.clock.wall(), calls, intent);
  if (!setup_.audit_syslog) return added.place;
  for (const std::string& line : added.lines) {
    if (platform::send_to_system_log(line)) continue;
    context_.log.warning("audit: syslog did not take line " + std::to_string(added.head.sequence));
  }
  return added.place;
}

const platform::StateFolder& AuditStep::folder() {
  if (!state_) state_ = platform::StateFolderSearch::open();
  if (state_->folder) return *state_->folder;
  throw Error(ErrorKind::unrecorded, Phase::audit, "there is no folder for the audit log: " + state_->reason);
}

void AuditStep::warn(const Error& error) {
  if (std::exchange(has_warned_, true)) return;
  platform::warn_user(context_.terminal, context_.log, "not recorded: " + error.message());
}

}  // namespace signing
