#pragma once

#include <optional>
#include <vector>

#include "locator.h"
#include "mechanisms.h"

namespace pkcs11 {

// The half that signs, as far as its use needs it.
struct PrivateKey {
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  bool always_authenticate = false;
  std::vector<CK_MECHANISM_TYPE> allowed;  // CKA_ALLOWED_MECHANISMS; empty: no restriction

  bool allows(const SignMechanism& mechanism) const;
};

// The private half of the located key: CKA_CLASS and the CKA_ID of the public object or certificate, or what the URI
// says when nothing was visible or there is no id. One with an id other than the public half's must show that its
// public key is the expected one. Empty when none is visible. Errors: ambiguous_key, key_not_found (the private half is
// known to belong to another public key than `expected`).
std::optional<PrivateKey> find_private_key(const Module& module, const Located& located, const PublicKey& expected);

// The same to destroy it: a label alone is no reason. Further errors: not_capable (only the label speaks for it).
std::optional<CK_OBJECT_HANDLE> find_private_half_to_remove(const Module& module, const Located& located,
                                                            const PublicKey& expected);

}  // namespace pkcs11
