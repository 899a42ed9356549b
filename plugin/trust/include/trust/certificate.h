#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "pkcs11/key_spec.h"

namespace trust {

// How a certificate was signed, as far as notation can verify it (RFC 4055, RFC 5758, RFC 8410).
enum class SignatureScheme { rsa_pkcs1, rsa_pss, ecdsa, ed25519, unsupported };
enum class SignatureHash { none, md5, sha_1, sha_224, sha_256, sha_384, sha_512, other };

struct SignatureAlgorithm {
  SignatureScheme scheme = SignatureScheme::unsupported;
  SignatureHash hash = SignatureHash::none;
  std::string name;  // for people: "SHA256-RSA", or the object identifier in digits
};

// The kinds of key that a certificate may hold and notation's parser reads.
enum class KeyKind { rsa, p224, p256, p384, p521, ed25519, other };

struct CertificateKey {
  KeyKind kind = KeyKind::other;
  std::optional<pkcs11::PublicKey> public_key;  // RSA and EC
  base::Bytes raw;                              // Ed25519: the 32 bytes
  std::string description;                      // "RSA-2048", "EC-256", "Ed25519", "DSA"
};

// Bits of KeyUsage (RFC 5280 section 4.2.1.3), bit n of the BIT STRING as 1 << n.
enum KeyUsageBit : unsigned {
  kDigitalSignature = 1u << 0,
  kContentCommitment = 1u << 1,
  kKeyEncipherment = 1u << 2,
  kDataEncipherment = 1u << 3,
  kKeyAgreement = 1u << 4,
  kKeyCertSign = 1u << 5,
  kCrlSign = 1u << 6,
  kEncipherOnly = 1u << 7,
  kDecipherOnly = 1u << 8,
};

struct BasicConstraints {
  bool ca = false;
  std::optional<std::uint64_t> path_length;
};

// One X.509 certificate, read as strictly as notation reads it (Go's crypto/x509): what this accepts, notation's parser
// accepts. Values are copies; nothing refers to the bytes it was read from.
class Certificate {
 public:
  // Throws Error(invalid_chain) whose message says what is wrong and begins with `place`, such as
  // "certificate 2 of chain.pem".
  static Certificate parse(base::ByteView der, std::string place);

  base::ByteView der() const { return der_; }
  base::ByteView signed_part() const { return slice(tbs_); }    // TBSCertificate with its header
  base::ByteView issuer_der() const { return slice(issuer_); }  // the names as DER, compared byte by byte
  base::ByteView subject_der() const { return slice(subject_); }
  base::ByteView serial() const { return slice(serial_); }  // content of the INTEGER, big-endian
  base::ByteView signature() const { return slice(signature_); }
  const SignatureAlgorithm& signature_algorithm() const { return signature_algorithm_; }
  const CertificateKey& key() const { return key_; }
  int version() const { return version_; }                 // 1, 2 or 3
  std::int64_t not_before() const { return not_before_; }  // seconds since 1970, inclusive
  std::int64_t not_after() const { return not_after_; }    // likewise, inclusive

  std::optional<unsigned> key_usage() const { return key_usage_; }  // KeyUsageBit; empty without the extension
  bool key_usage_critical() const { return key_usage_critical_; }
  const std::optional<BasicConstraints>& basic_constraints() const { return basic_constraints_; }
  const std::vector<std::string>& extended_key_usages() const { return extended_key_usages_; }  // "1.3.6.1.5.5.7.3.3"
  bool is_ca() const { return basic_constraints_ && basic_constraints_->ca; }
  bool self_issued() const;  // issuer and subject are the same bytes

  // Names for people, made safe to show: subject and issuer as "CN=…,O=…" (RFC 4514 order as in the certificate),
  // and `certificate 2 of chain.pem ("CN=…")`.
  const std::string& subject() const { return subject_text_; }
  const std::string& issuer() const { return issuer_text_; }
  const std::string& place() const { return place_; }
  std::string name() const;
  void move_to(std::string place) { place_ = std::move(place); }

 private:
  friend class CertificateReader;
  struct Range {
    std::size_t offset = 0, size = 0;
  };
  Certificate() = default;
  base::ByteView slice(Range range) const { return base::ByteView(der_).subspan(range.offset, range.size); }

  base::Bytes der_;
  Range tbs_, issuer_, subject_, serial_, signature_;
  SignatureAlgorithm signature_algorithm_;
  CertificateKey key_;
  int version_ = 1;
  std::int64_t not_before_ = 0, not_after_ = 0;
  std::optional<unsigned> key_usage_;
  bool key_usage_critical_ = false;
  std::optional<BasicConstraints> basic_constraints_;
  std::vector<std::string> extended_key_usages_;
  std::string subject_text_, issuer_text_, place_;
};

// "2026-11-21T07:18:29Z"
std::string format_time(std::int64_t seconds);  // since 1970
std::string format_time(base::WallTime time);   // fractions of a second dropped

}  // namespace trust
