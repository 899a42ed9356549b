#pragma once

#include <map>
#include <string>
#include <vector>

#include "schema/tsb.h"

namespace approval {

// What to call the approvers of a key: the service names them by public key, the key's rules give some of them names.
class TsbNames {
 public:
  TsbNames() = default;
  explicit TsbNames(const std::vector<schema::TsbApprover>& approvers);

  // `key` in base64, as a state of a request has it. Unknown ones are "key 1a2b3c4d…", after their SHA-256.
  std::string name(const std::string& key) const;
  std::vector<std::string> names(const std::vector<std::string>& keys) const;

  const std::vector<std::string>& all() const { return all_; }  // in the order of the rules, each once

 private:
  void add(const schema::TsbApprover& approver);

  std::map<std::string, std::string> names_;  // by SHA-256 of key and certificate
  std::vector<std::string> all_;
};

}  // namespace approval
