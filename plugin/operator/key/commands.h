#pragma once

#include <optional>
#include <string>
#include <vector>

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
  std::vector<std::string> attributes;  // see pkcs11::parse_extra_attribute
  std::optional<unsigned long> mechanism;
  bool dry_run = false;
  std::string record;  // without its endings; empty: none is kept
  bool force = false;  // replaces records
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void list_keys(const KeyListFlags& flags);
void generate_key(const KeyGenerateFlags& flags);

}  // namespace operators
