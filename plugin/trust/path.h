#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "certificate_set.h"
#include "issuing.h"

namespace trust {

struct PathSources {
  const CertificateSet& file;  // asked first
  const CertificateSet& token;
  const std::string& file_name;
  bool token_asked = true;
};

// The first path from the leaf to a self-signed root that meets the Notary profile, following verified signatures.
// Throws with the first violation when paths exist but none meets it, else with the name of the issuer that is missing.
std::vector<const Certificate*> find_path(const Certificate& leaf, const PathSources& sources, std::int64_t now,
                                          SignatureChecks& checks);

}  // namespace trust
