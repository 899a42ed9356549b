#pragma once

#include <string>

#include "base/bytes.h"

namespace approval {

// The key a person answers with: from a PEM file or on a token.
class ApproverKey {
 public:
  virtual ~ApproverKey() = default;

  // SubjectPublicKeyInfo, as a certificate for this key would hold it.
  virtual base::Bytes spki_der() const = 0;

  // RSASSA-PKCS1-v1_5 (RFC 8017 section 8.2) or ECDSA as Ecdsa-Sig-Value (RFC 3279 section 2.2.3), both over the hash
  // that digest_name() says, or Ed25519 (RFC 8032).
  virtual base::Bytes sign(base::ByteView message) = 0;

  // "SHA-256", "SHA-384", "SHA-512"; for Ed25519 "EdDSA".
  virtual std::string digest_name() const = 0;
};

}  // namespace approval
