#include "approval/grant.h"

#include "trust/public_key.h"

namespace approval {

Grant obtain_grant(const pkcs11::PublicKey& key) {
  return Grant(trust::spki_sha256(key));
}

}  // namespace approval
