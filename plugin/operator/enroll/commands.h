#pragma once

#include <optional>
#include <string>

#include "pkcs11/key_spec.h"
#include "token_flags.h"

namespace operators {

struct EnrollFlags {
  std::string name;  // of the key: its label, its configured name and its name in notation
  TokenFlags token;
  std::optional<pkcs11::KeySpec> spec;  // of a new key, EC-256 where nothing is said; an existing one must be of it
  std::string subject;                  // distinguished name; empty: CN is the name
  bool self_signed = false;
  int days = 365;                    // of a self-signed certificate
  bool pkcs1 = false;                // the request is signed with PKCS#1 v1.5
  std::optional<std::string> chain;  // file with the certificate that the CA issued, and its chain
  bool register_key = false;         // run notation key add
  bool as_default = false;
  std::optional<std::string> trust_store;  // name of the store that the root goes into
  bool trust_policy = false;
  std::string scope = "*";    // of the trust policy's statement
  bool any_identity = false;  // it trusts whoever the store vouches for
  bool merge = false, force = false;
  bool json = false;
};

// From a token to a key that notation signs with; goes on where an earlier run stopped.
void enroll(const EnrollFlags& flags);

}  // namespace operators
