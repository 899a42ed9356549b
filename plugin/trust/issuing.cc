#include "issuing.h"

#include "der.h"

namespace trust {
namespace {

bool is_ec(KeyKind kind) {
  return kind == KeyKind::p224 || kind == KeyKind::p256 || kind == KeyKind::p384 || kind == KeyKind::p521;
}

bool fits(SignatureScheme scheme, KeyKind kind) {
  switch (scheme) {
    case SignatureScheme::rsa_pkcs1:
    case SignatureScheme::rsa_pss:
      return kind == KeyKind::rsa;
    case SignatureScheme::ecdsa:
      return is_ec(kind);
    case SignatureScheme::ed25519:
      return kind == KeyKind::ed25519;
    case SignatureScheme::unsupported:
      return false;
  }
  return false;
}

bool verify_signature(const Certificate& subject, const Certificate& issuer, EVP_PKEY* key) {
  const SignatureAlgorithm& algorithm = subject.signature_algorithm();
  if (!fits(algorithm.scheme, issuer.key().kind)) return false;
  if (algorithm.scheme == SignatureScheme::ed25519) {
    return verify_ed25519(key, subject.signed_part(), subject.signature());
  }
  const EVP_MD* hash = fetched(algorithm.hash);
  if (hash == nullptr) return false;
  const Padding padding = algorithm.scheme == SignatureScheme::rsa_pss     ? Padding::pss
                          : algorithm.scheme == SignatureScheme::rsa_pkcs1 ? Padding::pkcs1
                                                                           : Padding::none;
  return verify_digest(key, hash, hash_bytes(hash, subject.signed_part()), subject.signature(), padding);
}

}  // namespace

EVP_PKEY* SignatureChecks::key_of(const Certificate& certificate) {
  for (const KnownKey& known : keys_) {
    if (known.owner == &certificate) return known.key.get();
  }
  const CertificateKey& key = certificate.key();
  EvpKey made;
  if (key.public_key) made = make_key(*key.public_key);
  if (key.kind == KeyKind::ed25519) made = make_ed25519_key(key.raw);
  keys_.push_back({&certificate, std::move(made)});
  return keys_.back().key.get();
}

bool SignatureChecks::signed_by(const Certificate& subject, const Certificate& issuer) {
  for (const KnownSignature& known : signatures_) {
    if (known.subject == &subject && known.issuer == &issuer) return known.verified;
  }
  const bool verified = verify_signature(subject, issuer, key_of(issuer));
  signatures_.push_back({&subject, &issuer, verified});
  return verified;
}

std::optional<Violation> find_issuing_violation(const Certificate& subject, const Certificate& issuer,
                                                SignatureChecks& checks) {
  const SignatureAlgorithm& algorithm = subject.signature_algorithm();
  if (algorithm.scheme == SignatureScheme::unsupported || algorithm.hash == SignatureHash::sha_1) {
    return Violation{subject.name() + " is signed with " + algorithm.name + ", which notation does not accept",
                     "have it issued again, signed with SHA-256 or stronger"};
  }
  if (!der::same(subject.issuer_der(), issuer.subject_der())) {
    return Violation{subject.name() + " was issued by \"" + subject.issuer() + "\", not by " + issuer.name(),
                     "put the issuer's certificate next"};
  }
  if (!fits(algorithm.scheme, issuer.key().kind)) {
    return Violation{subject.name() + " is signed with " + algorithm.name + ", but the key of " + issuer.name() +
                         " is " + issuer.key().description,
                     "use the issuer's certificate that belongs to the key that signed"};
  }
  if (!checks.signed_by(subject, issuer)) {
    return Violation{
        "the signature of " + subject.name() + " does not verify with the key of " + issuer.name(),
        "use the certificate of the issuer that really signed it: a renewed CA keeps its name but may have "
        "a new key"};
  }
  return std::nullopt;
}

}  // namespace trust
