#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace trust {

// A SubjectPublicKeyInfo that somebody else wrote (RFC 5280 section 4.1.2.7). Both are empty when the bytes are none,
// or the key is of a kind that the Notary Project does not know.
std::optional<pkcs11::PublicKey> read_spki(base::ByteView der);

// Of the key in a certificate, Ed25519 keys too; empty as well when the certificate cannot be read.
struct NamedSpki {
  std::string subject;  // "CN=…,O=…", made safe to show
  base::Bytes spki;
};
std::optional<NamedSpki> spki_of_certificate(base::ByteView certificate_der);

// Whether it holds an Ed25519 key (RFC 8410 section 4).
bool is_ed25519_spki(base::ByteView der);

}  // namespace trust
