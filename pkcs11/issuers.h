#pragma once

#include <vector>

#include "objects.h"
#include "session.h"

namespace pkcs11 {

// Certificates on the token that may complete the chains of `leaves`: whatever has the issuer's name as its subject,
// from level to level up to self-issued ones, at most ten levels and 64 certificates. Nothing is verified. The leaves
// are not among the result, unless they are issuers of each other.
std::vector<base::Bytes> find_issuers(const Module& module, const Session& session,
                                      const std::vector<base::Bytes>& leaves);

// Certificates with this CKA_ID, or where there is none, with this label.
std::vector<Object> find_certificates(const Module& module, const Session& session, base::ByteView id,
                                      const std::string& label);

}  // namespace pkcs11
