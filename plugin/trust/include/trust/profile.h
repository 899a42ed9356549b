#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trust/certificate.h"

namespace trust {

struct Violation {
  std::string message;  // as Error::message()
  std::string hint;
};

// Whether `issuer`'s key verifies the signature on `subject`; says nothing about names or extensions.
bool signed_by(const Certificate& subject, const Certificate& issuer);

// Whether the link from a certificate to its issuer stands: an algorithm that notation verifies, the issuer's name byte
// by byte, a key that fits the algorithm, and a signature that verifies. Whether the issuer may issue is
// find_violation's business. Empty when all holds.
std::optional<Violation> find_issuing_violation(const Certificate& subject, const Certificate& issuer);

// The Notary profile for a chain in order, leaf first (Notary signature specification, "Certificate Requirements"; as
// notation-core-go v1.3.0 judges it, and where docs/certificates.md says so stricter). `now` in seconds since 1970.
// The first violation found, or nothing.
std::optional<Violation> find_violation(const std::vector<Certificate>& chain, std::int64_t now);

// The rules for single certificates, all that are broken: for a lint of a certificate outside any chain.
std::vector<Violation> leaf_violations(const Certificate& leaf, std::int64_t now);
std::vector<Violation> ca_violations(const Certificate& ca, std::size_t intermediates_below, std::int64_t now);

}  // namespace trust
