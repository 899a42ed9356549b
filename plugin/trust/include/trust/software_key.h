#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/secret.h"

namespace trust {

inline constexpr std::size_t kMaxKeyFileSize = 65'536;  // bytes

// Whether the private key in a PEM file (RFC 7468) is under a password: PKCS#8's "ENCRYPTED PRIVATE KEY", or the
// header "Proc-Type: 4,ENCRYPTED" of the older forms (RFC 1421 section 4.6.1.1).
bool is_encrypted_pem(std::string_view pem);

// A private key from a file, for people who answer and for requests that are signed as such; never for an artifact. RSA
// of at least 2048 bits, ECDSA on P-256, P-384 and P-521, and Ed25519.
class SoftwareKey {
 public:
  // PKCS#8 (encrypted too), PKCS#1 and SEC 1 in PEM; other blocks beside the one private key are passed over. OpenSSL
  // never asks for a password itself. Errors, phase approval, naming the file: pin_unavailable (encrypted, and no
  // password given), pin_refused (another password), invalid_settings (no key, several, damaged, another kind of key).
  static SoftwareKey from_pem(std::string_view pem, const base::Secret* password, const std::string& file_name);

  SoftwareKey(SoftwareKey&& other) noexcept;
  SoftwareKey& operator=(SoftwareKey&& other) noexcept;
  ~SoftwareKey();

  // "RSA-3072", "EC-256", "Ed25519".
  const std::string& kind() const { return kind_; }

  // DER of the SubjectPublicKeyInfo.
  base::Bytes spki_der() const;

  // RSASSA-PKCS1-v1_5 with SHA-256, ECDSA with SHA-256 as DER of r and s, or Ed25519 over the message (RFC 8032).
  base::Bytes sign(base::ByteView message) const;

  // How the broker's interface calls the hash: "SHA-256", or "EdDSA" for Ed25519.
  std::string_view digest_name() const;

 private:
  struct Key;
  explicit SoftwareKey(std::unique_ptr<Key> key, std::string kind);

  std::unique_ptr<Key> key_;
  std::string kind_;
};

}  // namespace trust
