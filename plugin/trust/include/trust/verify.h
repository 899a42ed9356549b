#pragma once

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "pkcs11/sign_order.h"
#include "trust/chain.h"

namespace trust {

// Who made a signature, for texts.
enum class Signer { token, service };

// A signature over an order's message that the leaf's public key verifies, in the encoding of the plugin contract: RSA
// as long as the modulus, EC as r and s at fixed width. Only verify() makes one.
class VerifiedSignature {
 public:
  const base::Bytes& bytes() const { return bytes_; }
  pkcs11::KeySpec spec() const { return spec_; }

 private:
  friend VerifiedSignature verify(const CheckedChain& chain, const pkcs11::SignOrder& order, base::Bytes signature,
                                  Signer signer);
  VerifiedSignature(base::Bytes bytes, pkcs11::KeySpec spec) : bytes_(std::move(bytes)), spec_(spec) {}

  base::Bytes bytes_;
  pkcs11::KeySpec spec_;
};

// Verifies over the order's message, hashed again here: RSASSA-PSS with MGF1 of the same hash and a salt exactly as
// long as the hash (RFC 8017 section 8.1.2), or ECDSA (FIPS 186-4). Throws Error(signature_invalid, Phase::verify)
// whose message names the cause that fits: another salt length, PKCS#1 v1.5, DER in place of r and s, a wrong length, a
// signature over the digest hashed once more, or that certificate and key do not belong together.
VerifiedSignature verify(const CheckedChain& chain, const pkcs11::SignOrder& order, base::Bytes signature,
                         Signer signer = Signer::token);

// The same check against a bare public key: for key proofs and certificates.
void verify_with_key(const pkcs11::PublicKey& key, const pkcs11::SignOrder& order, base::ByteView signature);

}  // namespace trust
