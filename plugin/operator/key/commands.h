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

struct KeyDescribeFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  bool login = false;
  bool json = false;
};

struct KeyDeleteFlags {
  std::string key;  // likewise
  signing::ModuleFlags module;
  bool with_certificates = false;
  bool yes = false;
  bool json = false;
};

struct KeyRegisterFlags {
  std::string key;  // likewise
  signing::ModuleFlags module;
  std::string name;  // in notation; empty: the configured name, or the URI's label
  std::string id;    // what the plugin is asked for; empty: the key as named
  bool as_default = false;
  bool run = false;
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void list_keys(const KeyListFlags& flags);
void generate_key(const KeyGenerateFlags& flags);
void describe_key(const KeyDescribeFlags& flags);
void delete_key(const KeyDeleteFlags& flags);
void register_key(const KeyRegisterFlags& flags);

}  // namespace operators
