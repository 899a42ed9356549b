#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "pkcs11/key_spec.h"
#include "schema/approval.h"

namespace approval {

// Leave to sign with one key. Only the approval step makes one, also for a key that asks for no approval, so that no
// path to a signature can leave the step out.
class Grant {
 public:
  // SHA-256 of the key's SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), lower-case hexadecimal.
  const std::string& key() const { return key_; }
  const std::string& request() const { return request_; }  // id, empty without a policy
  const std::string& evidence() const { return evidence_; }

  // Whether this artifact may be signed with this key at this moment. An empty subject (an opaque payload) is covered
  // only without a policy.
  bool covers(const std::string& key_sha256, const std::optional<schema::ApprovalSubject>& subject,
              base::WallTime now) const;

 private:
  friend class Policies;
  friend class ApprovalStep;
  Grant() = default;

  std::string key_, request_, evidence_;
  bool bound_ = false;  // to the subject and the window
  schema::ApprovalSubject subject_;
  base::WallTime from_, until_;
};

}  // namespace approval
