#pragma once

#include <optional>
#include <string>

#include "pkcs11/key_spec.h"

namespace operators {

// Where a command finds its token, as flags gave it.
struct TokenFlags {
  std::string module;      // path of the PKCS#11 library
  std::string token;       // label, empty: any
  std::string pin_source;  // env:NAME, file:PATH or prompt; empty: the default order
};

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

struct CertSelfSignFlags {
  std::string key;  // configured name or URI
  std::string module, pin_source;
  std::string out;
  std::string subject = "CN=notation-pkcs11 test";
  int days = 365;
  bool force = false;
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void list_keys(const KeyListFlags& flags);
void generate_key(const KeyGenerateFlags& flags);
void self_sign_certificate(const CertSelfSignFlags& flags);
void show_version(bool json);

}  // namespace operators
