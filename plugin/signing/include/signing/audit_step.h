#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/state_folder.h"
#include "schema/audit.h"
#include "signing/audit_log.h"
#include "signing/run_context.h"

namespace signing {

// Proof that what is about to be signed has been written down as far as the settings ask for it. Only AuditStep makes
// one.
class AuditedIntent {
 private:
  friend class AuditStep;
  AuditedIntent() = default;
  std::optional<AuditPlace> place_;  // empty: not recorded
};

// What a signing job leaves to be recorded.
struct AuditedSignature {
  base::Bytes bytes;
  std::string mechanism;  // CKM name; empty for a service's
};

// Records what is to be signed, and what became of it, in the audit log of the state folder. Where a line cannot be
// written, setting `audit` decides: the run goes on with a warning, or ends with Error(unrecorded).
class AuditStep {
 public:
  AuditStep(const KeySetup& setup, RunContext& context) : setup_(setup), context_(context) {}

  // Before people are asked and a PIN is: Error(unrecorded) where a line must be written and could not be.
  void require_log();

  // Writes down the intent, runs `job` with the proof of it, and writes down what came of it: the signature that
  // `recorded` makes of the job's result, or the job's error. `job` may complete `subject` on its way. Where the
  // outcome must be recorded and cannot be, Error(unrecorded) takes the place of the result.
  template <typename Job, typename Recorded>
  auto sign(const schema::AuditSubject& subject, Job&& job, Recorded&& recorded) {
    const AuditedIntent intent = begin(subject);
    auto result = [&] {
      try {
        return job(intent);
      } catch (const base::Error& error) {
        fail(intent, subject, error);
        throw;
      }
    }();
    succeed(intent, subject, recorded(result));
    return result;
  }

  // A run that failed after a login. Does nothing when there was an intent.
  void refuse(const schema::AuditSubject& subject, const base::Error& error) {
    if (!has_begun_) fail({}, subject, error);
  }

 private:
  AuditedIntent begin(const schema::AuditSubject& subject);
  void succeed(const AuditedIntent& intent, const schema::AuditSubject& subject, const AuditedSignature& signature);
  void fail(const AuditedIntent& intent, const schema::AuditSubject& subject, const base::Error& error);
  AuditPlace write(AuditEvent event, const platform::AuditFile::Calls& calls, const AuditPlace* intent = nullptr);
  void write_outcome(const AuditedIntent& intent, schema::AuditOutcome outcome);
  const platform::StateFolder& folder();
  bool is_required() const { return setup_.audit == schema::AuditMode::required; }
  void warn(const base::Error& error);
  [[noreturn]] void refuse_to_sign(const base::Error& error) const;

  const KeySetup& setup_;
  RunContext& context_;
  std::optional<platform::StateFolderSearch> state_;  // opened for the first line
  bool has_warned_ = false, has_begun_ = false;
};

}  // namespace signing
