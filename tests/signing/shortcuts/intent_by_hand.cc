#include "signing/audit_step.h"

signing::AuditedIntent intent() {
  return signing::AuditedIntent();
}
