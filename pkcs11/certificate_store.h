#pragma once

#include <cstddef>
#include <vector>

#include "module.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// Adds certificates to the one token that the order selects, and reads each back. Errors: key_not_found, ambiguous_key
// (the token), invalid_request (one is no X.509 certificate; none is added then), not_capable (the token cannot keep
// certificates, or kept something else), those of the login, and what else the module answers; those added before an
// error stay. Logs in only when one has to be added and the token wants it.
StoreResult store_certificates(const Module& module, const StoreOrder& order, const Login& login);

// Destroys the certificate objects of exactly these bytes; how many they were. Errors likewise.
std::size_t remove_certificates(const Module& module, const Uri& token, const std::vector<base::Bytes>& certificates,
                                const Login& login);

}  // namespace pkcs11
