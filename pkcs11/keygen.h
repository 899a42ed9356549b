#pragma once

#include "locator.h"

namespace pkcs11 {

// Makes a key pair as asked, finds both halves again and compares what the token made with what was asked. Whatever was
// made is destroyed when anything is off. Errors: key_not_found, ambiguous_key (the token), invalid_request (the label
// or the id is taken), not_capable (the token cannot make it, or made something else), those of the login, and what
// else the module answers.
GeneratedKey generate_key(const Module& module, const GenerateOrder& order, const Login& login);

// Destroys the private half, then the public one, of the located key, which must be on one token only. Errors:
// key_not_found (another key than `expected`), ambiguous_key, those of the login, and what else the module answers.
void remove_key(const Module& module, Located located, const PublicKey& expected, const Login& login);

}  // namespace pkcs11
