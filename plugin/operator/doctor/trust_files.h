#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "notation/home.h"

namespace operators {

// One trust store that a policy names.
struct TrustStore {
  std::string type, name, path;
  bool exists = false;
  std::vector<std::string> files;  // paths
};

// Each store once, in the order of the policy.
std::vector<TrustStore> stores_of(const NotationHome& home, const schema::TrustPolicy& policy);
std::vector<TrustStore> stores_of(const NotationHome& home, const schema::TrustPolicyStatement& statement);

// Whether a file of the store has this certificate (DER), as PEM or DER. Files that cannot be read have nothing.
bool holds(const TrustStore& store, base::ByteView certificate);

}  // namespace operators
