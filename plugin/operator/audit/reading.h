#pragma once

#include <functional>
#include <optional>
#include <string>

#include "schema/audit_report.h"
#include "signing/audit_log.h"

namespace operators {

// A log read from its beginning to its end.
struct AuditReading {
  std::string file;
  bool exists = true;  // false: no such file, which reads as a log without lines
  signing::AuditCheck check;
};

// `take` gets every signature when its outcome is known, and after the last line those whose outcome nobody knows; it
// gets neither these nor what is behind a fault where there is one. `file` is empty for this user's own log, which may
// be missing. Errors: unrecorded for what cannot be read.
AuditReading read_audit_log(const std::string& file, const std::optional<signing::AuditHead>& head,
                            const std::function<void(const schema::AuditEntry&)>& take);

// Error(unrecorded) for a log that does not verify.
void require_intact(const AuditReading& reading);

}  // namespace operators
