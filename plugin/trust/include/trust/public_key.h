#pragma once

#include <string>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace trust {

// Starts OpenSSL without its configuration file, error texts and exit handlers. Idempotent. Everything in this room
// calls it; main calls it early, so that the time passes while the worker loads the module.
void start_openssl();

// The same for a process that will never speak TLS: without the tables of names, whose filling takes half a
// millisecond. Before anything else of this room, later it spares nothing.
void start_openssl_without_tls();

// The hash of the bytes (FIPS 180-4).
base::Bytes digest(pkcs11::Hash hash, base::ByteView bytes);

// SHA-256 in lower-case hexadecimal.
std::string sha256_hex(base::ByteView bytes);

// The public key in a certificate (RFC 5280 section 4.1.2.7). Throws Error(invalid_chain) when the bytes are not a
// certificate that notation could read, or its key is neither RSA nor EC.
pkcs11::PublicKey public_key_of(base::ByteView certificate_der);

// DER of the SubjectPublicKeyInfo (RFC 3279 section 2.3, RFC 5480 section 2, RFC 8410 section 4) as a certificate for
// this key would hold it.
base::Bytes spki_der(const pkcs11::PublicKey& key);

// sha256_hex() of spki_der(): the name under which policies and tickets know a key.
std::string spki_sha256(const pkcs11::PublicKey& key);

}  // namespace trust
