#include "approval/grant.h"

#include "approval/policies.h"

namespace approval {

bool Grant::covers(const std::string& key_sha256, const std::optional<schema::ApprovalSubject>& subject,
                   base::WallTime now) const {
  if (key_sha256 != key_) return false;
  if (!bound_) return true;
  return subject == subject_ && now >= from_ && now < until_;
}

}  // namespace approval
