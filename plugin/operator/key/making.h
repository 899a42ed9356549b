#pragma once

#include <optional>
#include <vector>

#include "pkcs11/token_service.h"
#include "signing/key_proof.h"
#include "token_access.h"

namespace operators {

// What came of it so far, for a record that is kept also when it fails.
struct KeyMaking {
  std::optional<pkcs11::GeneratedKey> made;  // on the token, unless the error says that it was removed again
  std::vector<pkcs11::ObjectView> objects;   // both halves read back, as far as the token shows them
  std::optional<signing::KeyProof> proof;
};

// A CKA_ID that nobody else has.
base::Bytes random_key_id();

// Makes a key pair on `token`, reads it back, has it sign a random challenge and verifies that; `login` may be null
// where the token wants none. A pair that fails the proof is destroyed; where nobody knows whether it signed, it stays,
// and the error says so. Errors: as KeyService::generate and signing::prove_key.
pkcs11::GeneratedKey make_key(TokenAccess& access, const pkcs11::TokenState& token, const pkcs11::GenerateOrder& order,
                              const pkcs11::Login* login, KeyMaking* making = nullptr);

}  // namespace operators
