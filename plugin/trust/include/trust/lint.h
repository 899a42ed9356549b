#pragma once

#include <vector>

#include "trust/certificate.h"
#include "trust/chain.h"
#include "trust/profile.h"

namespace trust {

struct LintedCertificate {
  Certificate certificate;
  bool as_ca = false;  // by which rules it was judged
  std::vector<Violation> violations, warnings;
};

struct Lint {
  // check_chain takes the chain, and notation would.
  bool accepted = false;
  // Leaf to root when accepted; else those of the file and what goes with them on the token. Without the ones that
  // cannot be read.
  std::vector<LintedCertificate> certificates;
  // Of the chain as a whole, and of what cannot be read.
  std::vector<Violation> violations, warnings;
};

inline constexpr int kExpiresSoonDays = 30;
// 39 months, as long as public CAs ever gave to code signing certificates.
inline constexpr int kLongLeafDays = 1187;

// Everything that is wrong with the certificates by the rules of the Notary profile, and, as warnings, what will be or
// what a careful owner would mend: the end near, an issuer that ends before what it issued, SHA-1 where it is let pass,
// small CA keys, a leaf that is valid for very long. A file of CA certificates alone, without a key, is no chain: it is
// not accepted, and that alone is no violation.
Lint lint(const ChainSources& sources, base::WallTime now);

}  // namespace trust
