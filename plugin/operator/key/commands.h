#pragma once

#include <string>

#include "pkcs11/key_spec.h"
#include "token_flags.h"

namespace operators {

struct KeyListFlags {
  TokenFlags token;
  bool login = false;
  bool json = false;
};

struct KeyGenerateFlags {
  TokenFlags token;
  std::string label;
  pkcs11::KeySpec spec = pkcs11::KeySpec::ec_256;
  std::string id;  // hexadecimal; empty: drawn at random
  bool always_authenticate = false;
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void list_keys(const KeyListFlags& flags);
void generate_key(const KeyGenerateFlags& flags);

}  // namespace operators
