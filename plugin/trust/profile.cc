#include "trust/profile.h"

#include <array>
#include <functional>

#include "base/error.h"
#include "issuing.h"

namespace trust {
namespace {

using Found = std::optional<Violation>;

Found broken(const Certificate& certificate, const std::string& what, std::string hint) {
  return Violation{certificate.name() + " " + what, std::move(hint)};
}

Found find_version_violation(const Certificate& certificate) {
  if (certificate.version() == 3) return std::nullopt;
  return broken(certificate, "is an X.509 version " + std::to_string(certificate.version()) + " certificate",
                "have it issued again as version 3, which alone has extensions");
}

Found find_date_violation(const Certificate& certificate, std::int64_t now) {
  if (now < certificate.not_before()) {
    return broken(certificate, "is not valid before " + format_time(certificate.not_before()),
                  "it is now " + format_time(now) + "; check this machine's clock, or wait");
  }
  if (now > certificate.not_after()) {
    return broken(certificate, "expired on " + format_time(certificate.not_after()),
                  "it is now " + format_time(now) + "; renew the certificate, the key can stay");
  }
  return std::nullopt;
}

Found find_key_usage_presence_violation(const Certificate& certificate) {
  constexpr const char* kHint = "have it issued again with a critical key usage extension";
  if (!certificate.key_usage()) return broken(certificate, "has no key usage extension", kHint);
  if (!certificate.key_usage_critical()) {
    return broken(certificate, "has a key usage extension that is not marked critical", kHint);
  }
  return std::nullopt;
}

Found find_leaf_ca_violation(const Certificate& leaf) {
  if (!leaf.is_ca()) return std::nullopt;
  return broken(leaf, "is a CA certificate and cannot sign artifacts",
                "have a certificate issued for the signing key whose basic constraints do not say CA");
}

Found find_leaf_key_usage_violation(const Certificate& leaf) {
  struct Bit {
    unsigned bit;
    const char* name;
  };
  static constexpr std::array kForbidden{Bit{kKeyEncipherment, "keyEncipherment"},
                                         Bit{kDataEncipherment, "dataEncipherment"},
                                         Bit{kKeyAgreement, "keyAgreement"},
                                         Bit{kKeyCertSign, "keyCertSign"},
                                         Bit{kCrlSign, "cRLSign"},
                                         Bit{kEncipherOnly, "encipherOnly"},
                                         Bit{kDecipherOnly, "decipherOnly"}};
  if (Found found = find_key_usage_presence_violation(leaf)) return found;
  const unsigned usage = *leaf.key_usage();
  constexpr const char* kHint = "have it issued again with the key usage digitalSignature alone";
  if ((usage & kDigitalSignature) == 0) return broken(leaf, "lacks the key usage digitalSignature", kHint);
  std::string names;
  for (const Bit& forbidden : kForbidden) {
    if ((usage & forbidden.bit) != 0) names += std::string(names.empty() ? "" : ", ") + forbidden.name;
  }
  if (!names.empty()) return broken(leaf, "has a key usage that a signing certificate must not have: " + names, kHint);
  return std::nullopt;
}

Found find_extended_key_usage_violation(const Certificate& leaf) {
  struct Purpose {
    std::string_view oid;
    const char* name;
  };
  static constexpr std::array kForbidden{
      Purpose{"1.3.6.1.5.5.7.3.1", "serverAuth"},      Purpose{"1.3.6.1.5.5.7.3.2", "clientAuth"},
      Purpose{"1.3.6.1.5.5.7.3.4", "emailProtection"}, Purpose{"1.3.6.1.5.5.7.3.8", "timeStamping"},
      Purpose{"1.3.6.1.5.5.7.3.9", "OCSPSigning"},     Purpose{"2.5.29.37.0", "anyExtendedKeyUsage"}};
  for (const std::string& usage : leaf.extended_key_usages()) {
    for (const Purpose& forbidden : kForbidden) {
      if (usage != forbidden.oid) continue;
      return broken(
          leaf,
          std::string("has the extended key usage ") + forbidden.name + ", which a signing certificate must not have",
          "have it issued again with the extended key usage codeSigning, or with none");
    }
  }
  return std::nullopt;
}

Found find_leaf_key_violation(const Certificate& leaf) {
  const CertificateKey& key = leaf.key();
  const bool known = key.public_key && pkcs11::key_spec_of(*key.public_key);
  if (!known) {
    return broken(leaf, "has a key that the Notary Project does not know: " + key.description,
                  "use a key of RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384 or EC-521");
  }
  if (!make_key(*key.public_key)) {
    return broken(leaf, "has a key that is not valid: its point is not on the curve " + key.description,
                  "have it issued again for the key that is on the token");
  }
  return std::nullopt;
}

Found find_ca_constraint_violation(const Certificate& ca, std::size_t intermediates_below) {
  if (!ca.is_ca()) {
    return broken(ca, "is not a CA certificate (its basic constraints do not say so)",
                  "have it issued again with basic constraints CA:TRUE, or remove it from the chain");
  }
  const std::optional<std::uint64_t>& length = ca.basic_constraints()->path_length;
  if (length && *length < intermediates_below) {
    return broken(ca,
                  "allows " + std::to_string(*length) + " CA certificates below it, but the chain has " +
                      std::to_string(intermediates_below),
                  "have it issued again with a larger path length, or use a shorter chain");
  }
  return std::nullopt;
}

Found find_ca_key_usage_violation(const Certificate& ca) {
  if (Found found = find_key_usage_presence_violation(ca)) return found;
  if ((*ca.key_usage() & kKeyCertSign) != 0) return std::nullopt;
  return broken(ca, "lacks the key usage keyCertSign", "have the CA certificate issued again with it");
}

Found find_ca_key_violation(const Certificate& ca) {
  constexpr const char* kHint = "use a CA with an RSA key of at least 1024 bits, an EC key on a NIST curve, or Ed25519";
  if (ca.key().kind == KeyKind::other) {
    return broken(ca, "has a key that notation cannot verify with: " + ca.key().description, kHint);
  }
  if (ca.key().kind == KeyKind::rsa) {
    const base::Bytes& modulus = std::get<pkcs11::RsaPublicKey>(*ca.key().public_key).modulus;
    const bool short_of_1024 = modulus.size() < 128 || (modulus.size() == 128 && modulus[0] < 0x80);
    if (short_of_1024) return broken(ca, "has a key that is too short: " + ca.key().description, kHint);
  }
  return std::nullopt;
}

using LeafRule = Found (*)(const Certificate&);
constexpr std::array<LeafRule, 5> kLeafRules{find_version_violation, find_leaf_ca_violation, find_leaf_key_violation,
                                             find_leaf_key_usage_violation, find_extended_key_usage_violation};
constexpr std::array<LeafRule, 3> kCaRules{find_version_violation, find_ca_key_violation, find_ca_key_usage_violation};

// A self-signed leaf alone: unlike in a longer chain, SHA-1 under its own signature is let pass by notation, because
// nothing rests on it.
Found find_lone_leaf_violation(const Certificate& leaf, SignatureChecks& checks) {
  if (!leaf.self_issued()) {
    return broken(leaf, "is alone, but it was issued by \"" + leaf.issuer() + "\"",
                  "add the certificates of its issuers, up to and including the self-signed root");
  }
  const SignatureAlgorithm& algorithm = leaf.signature_algorithm();
  if (algorithm.scheme == SignatureScheme::unsupported) {
    return broken(leaf, "is signed with " + algorithm.name + ", which notation does not accept",
                  "make it again, signed with SHA-256 or stronger");
  }
  if (!checks.signed_by(leaf, leaf)) {
    return broken(leaf, "names itself as its issuer, but its signature does not verify with its own key",
                  "add the certificate of the CA of the same name, or make the self-signed certificate again");
  }
  return std::nullopt;
}

Found find_root_violation(const Certificate& root, SignatureChecks& checks) {
  if (!root.self_issued()) {
    return broken(root, "ends the chain but is not self-signed: its issuer \"" + root.issuer() + "\" is missing",
                  "add the issuer's certificate, up to and including the self-signed root");
  }
  return find_issuing_violation(root, root, checks);
}

// Each certificate's place in the chain, names and signatures.
Found find_link_violation(const std::vector<const Certificate*>& chain, std::size_t index, SignatureChecks& checks) {
  const Certificate& certificate = *chain[index];
  if (index + 1 == chain.size()) return find_root_violation(certificate, checks);
  // A leaf is no CA, so that nothing verifies under it.
  if (index > 0 && certificate.self_issued() && checks.signed_by(certificate, certificate)) {
    return broken(
        certificate, "is self-signed but not the last of the chain",
        "end the chain with the self-signed root, and leave out what follows it; of an old and a renewed root "
        "keep one");
  }
  return find_issuing_violation(certificate, *chain[index + 1], checks);
}

std::vector<Violation> collect(std::initializer_list<Found> found, const Certificate& certificate,
                               std::span<const LeafRule> rules) {
  std::vector<Violation> violations;
  for (const Found& one : found) {
    if (one) violations.push_back(*one);
  }
  for (const LeafRule rule : rules) {
    if (Found one = rule(certificate)) violations.push_back(std::move(*one));
  }
  return violations;
}

}  // namespace

std::optional<Violation> find_violation(const std::vector<const Certificate*>& chain, std::int64_t now,
                                        SignatureChecks& checks) {
  const Certificate& leaf = *chain.front();
  for (const LeafRule rule : kLeafRules) {
    if (Found found = rule(leaf)) return found;
  }
  if (chain.size() == 1) {
    if (Found found = find_lone_leaf_violation(leaf, checks)) return found;
  }
  for (std::size_t i = 1; i < chain.size(); ++i) {
    if (Found found = find_ca_constraint_violation(*chain[i], i - 1)) return found;
    for (const LeafRule rule : kCaRules) {
      if (Found found = rule(*chain[i])) return found;
    }
  }
  for (std::size_t i = 0; chain.size() > 1 && i < chain.size(); ++i) {
    if (Found found = find_link_violation(chain, i, checks)) return found;
  }
  for (const Certificate* certificate : chain) {
    if (Found found = find_date_violation(*certificate, now)) return found;
  }
  return std::nullopt;
}

std::optional<Violation> find_violation(const std::vector<Certificate>& chain, std::int64_t now) {
  if (chain.empty()) return Violation{"the certificate chain is empty", {}};
  std::vector<const Certificate*> pointers;
  for (const Certificate& certificate : chain)
    pointers.push_back(&certificate);
  SignatureChecks checks;
  return find_violation(pointers, now, checks);
}

bool signed_by(const Certificate& subject, const Certificate& issuer) {
  SignatureChecks checks;
  return checks.signed_by(subject, issuer);
}

std::optional<Violation> find_issuing_violation(const Certificate& subject, const Certificate& issuer) {
  SignatureChecks checks;
  return find_issuing_violation(subject, issuer, checks);
}

std::vector<Violation> leaf_violations(const Certificate& leaf, std::int64_t now) {
  return collect({find_date_violation(leaf, now)}, leaf, kLeafRules);
}

std::vector<Violation> ca_violations(const Certificate& ca, std::size_t intermediates_below, std::int64_t now) {
  return collect({find_date_violation(ca, now), find_ca_constraint_violation(ca, intermediates_below)}, ca, kCaRules);
}

}  // namespace trust
