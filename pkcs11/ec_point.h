#pragma once

#include <optional>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace pkcs11 {

// What CKA_EC_PARAMS says (PKCS#11 v3.0 section 2.3.3: ECParameters or a curve's name).
struct Curve {
  base::Bytes oid;              // DER of the object identifier, also when the token gave a name we know; else as given
  std::optional<KeySpec> spec;  // empty: a curve that the Notary Project does not know
};

// Throws Error(not_capable, find) for explicit parameters, Error(token_failed, find) for what is neither object
// identifier nor curve name.
Curve read_ec_params(base::ByteView params);

// The uncompressed point (04, x, y) out of CKA_EC_POINT, whatever shape the token gives it: DER OCTET STRING around it
// as the standard says, bare, or in the malformed wrapper of tpm2-pkcs11 for P-521. Classified by length, because a
// bare point's first byte 04 is also the tag of an OCTET STRING. Throws Error(not_capable, find) for a compressed point
// and for a curve without spec, Error(token_failed, find) for anything else.
base::Bytes read_ec_point(base::ByteView point, KeySpec spec);

// Both attributes as a public key, also on a curve that the Notary Project does not know; then the point is what stands
// in the OCTET STRING, or all of it where there is none. Errors as above.
EcPublicKey read_ec_public_key(base::ByteView params, base::ByteView point);

// The same attributes of a key of the type CKK_EC_EDWARDS (PKCS#11 v3.0 section 2.3.5). The curve goes by its name
// "edwards25519" or by an object identifier, id-Ed25519 (RFC 8410 section 3) or the older one of RFC 9580 section 9.2;
// the 32 bytes stand bare or in an OCTET STRING. Throws Error(not_capable, find) for another curve,
// Error(token_failed, find) for anything else.
Ed25519PublicKey read_ed25519_key(base::ByteView params, base::ByteView point);

// CKA_EC_POINT as the standard wants it written: the point in a DER OCTET STRING.
base::Bytes write_ec_point(base::ByteView uncompressed);

}  // namespace pkcs11
