#pragma once

#include <string>

namespace operators {

struct AuditShowFlags {
  std::string key, since, file;  // empty: not given
  bool json = false;
};

struct AuditVerifyFlags {
  std::string head, file;
  bool json = false;
};

struct AuditHeadFlags {
  bool json = false;
};

// Each writes its answer to standard output; for a log that does not verify, it then throws Error(unrecorded).
void show_audit(const AuditShowFlags& flags);
void verify_audit(const AuditVerifyFlags& flags);
void show_audit_head(const AuditHeadFlags& flags);

}  // namespace operators
