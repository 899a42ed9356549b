#include "schema/approval.h"

namespace schema {

ApprovalSubject subject_of(const NotaryPayload& payload) {
  ApprovalSubject subject{payload.target, payload.signing_scheme, std::nullopt};
  if (payload.expiry) {
    subject.lifetime = std::chrono::duration_cast<std::chrono::seconds>(*payload.expiry - payload.signing_time);
  }
  return subject;
}

}  // namespace schema
