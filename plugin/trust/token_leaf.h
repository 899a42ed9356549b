#pragma once

#include <cstdint>
#include <optional>

#include "certificate_set.h"
#include "pkcs11/key_spec.h"

namespace trust {

// The one certificate on the token to sign with: of the given key when it is known; of several, the one that is valid
// now. Throws when there is none or nobody can tell which.
const Certificate& choose_leaf(const CertificateSet& token, const std::optional<pkcs11::PublicKey>& key,
                               const std::string& file_name, std::int64_t now);

}  // namespace trust
