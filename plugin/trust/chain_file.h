#pragma once

#include <optional>
#include <vector>

#include "certificate_set.h"
#include "pkcs11/key_spec.h"

namespace trust {

// What a chain file is.
enum class FileRole {
  empty,
  whole_chain,  // begins with the leaf
  pool,         // CA certificates; the leaf is on the token
};

// Throws when the file is neither: the leaf of another key, the leaf not in the first place.
FileRole role_of(const CertificateSet& file, const std::string& file_name, const std::optional<pkcs11::PublicKey>& key,
                 bool leaf_on_token);

// The certificates of a file that begins with the leaf, after the checks of their order that need no cryptography; each
// violation says how to mend the file.
std::vector<const Certificate*> order_of_file(const CertificateSet& file);

}  // namespace trust
