#pragma once

#include <cstdint>

#include "openssl.h"
#include "trust/certificate.h"
#include "trust/profile.h"

namespace trust {

// Remembers the keys that were made and the signatures that were verified, so that a search over many certificates and
// the profile afterwards cost each of them once. Certificates are known by their addresses and must outlive this.
class SignatureChecks {
 public:
  bool signed_by(const Certificate& subject, const Certificate& issuer);

 private:
  struct KnownKey {
    const Certificate* owner;
    EvpKey key;
  };
  struct KnownSignature {
    const Certificate* subject;
    const Certificate* issuer;
    bool verified;
  };
  EVP_PKEY* key_of(const Certificate& certificate);

  std::vector<KnownKey> keys_;
  std::vector<KnownSignature> signatures_;
};

std::optional<Violation> find_issuing_violation(const Certificate& subject, const Certificate& issuer,
                                                SignatureChecks& checks);
std::optional<Violation> find_violation(const std::vector<const Certificate*>& chain, std::int64_t now,
                                        SignatureChecks& checks);

}  // namespace trust
