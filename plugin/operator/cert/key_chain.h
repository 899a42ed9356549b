#pragma once

#include <memory>
#include <string>
#include <vector>

#include "found_key.h"
#include "trust/chain.h"

namespace operators {

// A key and everything that its chain may come from, as a signature would find it: the chain file of the settings, and
// the certificates on the token.
struct KeyChain {
  std::unique_ptr<TokenAccess> access;
  std::unique_ptr<FoundKey> key;
  trust::ChainSources sources;
};

// Asks for a PIN only when the key is hidden without a login. Errors: as FoundKey, and invalid_chain for a chain file
// that cannot be read.
KeyChain find_key_chain(const std::string& key, const signing::ModuleFlags& flags);

// Certificates of a file, PEM or DER. Errors: invalid_settings, invalid_chain.
std::vector<base::Bytes> read_certificate_file(const std::string& path);

}  // namespace operators
