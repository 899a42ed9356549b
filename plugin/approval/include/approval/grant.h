#pragma once

#include <string>

#include "pkcs11/key_spec.h"

namespace approval {

// Leave to sign with one key. Only the approval step makes one, also for a key that asks for no approval, so that no
// path to a signature can leave the step out.
class Grant {
 public:
  // SHA-256 of the key's SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7), lower-case hexadecimal.
  const std::string& key() const { return key_; }

 private:
  friend Grant obtain_grant(const pkcs11::PublicKey& key);
  explicit Grant(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

// The approval step for an artifact. Policies are bound to the public key, whatever name led to it; no key has one yet,
// because the configuration refuses the setting.
Grant obtain_grant(const pkcs11::PublicKey& key);

}  // namespace approval
