#pragma once

#include <string>
#include <vector>

#include "approval/grant.h"
#include "pkcs11/key_spec.h"
#include "schema/approval_settings.h"

namespace approval {

// A key's member `approval`, and where it stands.
struct Policy {
  schema::ApprovalSettings settings;
  std::string key_name;  // whose member it is, for texts
  std::string origin;    // path of the configuration file
  std::string folder;    // relative paths start here; ends in '/'
};

// Every policy that the configuration files hold. A policy belongs to a public key: whatever name, URI or token leads
// to that key gets it.
class Policies {
 public:
  Policies() = default;
  // Error(invalid_settings, phase settings) when two differ for one public key: it names both places. Equal relative
  // paths in two folders differ.
  explicit Policies(std::vector<Policy> policies);

  bool empty() const { return policies_.empty(); }

  // By SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal; null without one.
  const Policy* find(const std::string& key_sha256) const;

  // By the name of a key in the configuration; null without one.
  const Policy* of_name(const std::string& key_name) const;

  // For a key without a policy: any artifact, at any time. Error(internal) when it has one.
  Grant none_needed(const pkcs11::PublicKey& key) const;

 private:
  std::vector<Policy> policies_;
};

}  // namespace approval
