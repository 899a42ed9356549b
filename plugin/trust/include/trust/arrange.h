#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "pkcs11/key_spec.h"

namespace trust {

// Certificates as a CA hands them over, in any order. All are DER.
struct LooseCertificates {
  std::vector<base::Bytes> file;
  std::string file_name;                          // for messages
  std::optional<std::vector<base::Bytes>> token;  // issuers on a token, when one was asked
};

// The chain for the key: its leaf from the file, the issuers from the file, else from the token, the self-signed root
// last. Certificates that do not belong to it are left out. Throws Error(invalid_chain, Phase::chain): no leaf for the
// key, several that are valid now, an issuer that is missing, a rule of the Notary profile that is broken.
std::vector<base::Bytes> arrange_chain(const LooseCertificates& loose, const pkcs11::PublicKey& key,
                                       base::WallTime now);

}  // namespace trust
