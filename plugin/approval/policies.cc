#include "approval/policies.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "trust/public_key.h"

namespace approval {

Policies::Policies(std::vector<Policy> policies) : policies_(std::move(policies)) {
  for (const Policy& policy : policies_) {
    const Policy* first = find(policy.settings.public_key);
    const bool agree = first->settings == policy.settings && first->folder == policy.folder;
    if (first == &policy || agree) continue;
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                      "one public key has two different approvals: key " + base::quoted(first->key_name) + " in " +
                          base::printable(first->origin) + " and key " + base::quoted(policy.key_name) + " in " +
                          base::printable(policy.origin),
                      "an approval belongs to the public key: keep one of the two");
  }
}

const Policy* Policies::find(const std::string& key_sha256) const {
  const auto found = std::find_if(policies_.begin(), policies_.end(),
                                  [&](const Policy& policy) { return policy.settings.public_key == key_sha256; });
  return found == policies_.end() ? nullptr : &*found;
}

const Policy* Policies::of_name(const std::string& key_name) const {
  const auto found = std::find_if(policies_.begin(), policies_.end(),
                                  [&](const Policy& policy) { return policy.key_name == key_name; });
  return found == policies_.end() ? nullptr : &*found;
}

Grant Policies::none_needed(const pkcs11::PublicKey& key) const {
  Grant grant;
  grant.key_ = trust::spki_sha256(key);
  if (find(grant.key_) != nullptr) {
    throw base::Error(base::ErrorKind::internal, base::Phase::approval,
                      "a key with an approval policy was to be used without asking");
  }
  return grant;
}

}  // namespace approval
