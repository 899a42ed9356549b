#pragma once

#include <optional>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace pkcs11 {

// The few parts of a certificate that a search on the token needs. Nothing is verified: whatever a certificate means is
// decided by those who check chains. Views point into the certificate's bytes.
struct CertificateNames {
  base::ByteView issuer;                // DER Name, tag and length included
  base::ByteView subject;               // likewise
  base::ByteView serial;                // DER INTEGER, likewise
  std::optional<PublicKey> public_key;  // empty for another kind of key, or one encoded in a way we do not read
};

// Walks the DER of an X.509 certificate (RFC 5280 section 4.1) as far as the public key. Empty when it is not one.
std::optional<CertificateNames> read_names(base::ByteView certificate);

}  // namespace pkcs11
