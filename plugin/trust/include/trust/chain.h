#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "pkcs11/key_spec.h"

namespace trust {

// Where the certificates of a chain may come from. All certificates are DER.
struct ChainSources {
  std::vector<base::Bytes> file;           // chain_file (ca_certs), in file order
  std::string file_name;                   // for messages
  std::vector<base::Bytes> token_leaves;   // KeyView::certificates
  std::vector<base::Bytes> token_issuers;  // Inspection::issuers
  std::optional<pkcs11::PublicKey> key;    // the key on the token, when it is known
};

// A certificate chain that notation will accept for this key: leaf first, self-signed root last, every rule of the
// Notary profile met at the moment of the check. Only check_chain makes one.
class CheckedChain {
 public:
  const std::vector<base::Bytes>& certificates() const { return certificates_; }  // DER, leaf to root
  const pkcs11::PublicKey& leaf_key() const { return leaf_key_; }
  pkcs11::KeySpec spec() const { return spec_; }
  const std::string& leaf_subject() const { return leaf_subject_; }  // safe to show
  const std::string& leaf_serial() const { return leaf_serial_; }    // hexadecimal
  base::WallTime leaf_not_after() const { return leaf_not_after_; }  // the last second; clamped to what WallTime holds

 private:
  friend CheckedChain check_chain(const ChainSources& sources, base::WallTime now);
  CheckedChain() = default;

  std::vector<base::Bytes> certificates_;
  pkcs11::PublicKey leaf_key_;
  pkcs11::KeySpec spec_ = pkcs11::KeySpec::ec_256;
  std::string leaf_subject_, leaf_serial_;
  base::WallTime leaf_not_after_;
};

// Puts the chain together and checks it (docs/certificates.md has the rules).
//
// A file that begins with the leaf (a certificate of `key`; or, when `key` is unknown, one that is no CA) must be the
// whole chain in order, root included, and nothing else. Any other file is a pool of CA certificates, `token_issuers`
// another, and the chain of the leaf on the token is built from both by verified signatures; what does not belong to it
// is ignored. Throws Error(invalid_chain, Phase::chain): each violation has a message of its own that names the
// certificate, and a hint with the next action.
CheckedChain check_chain(const ChainSources& sources, base::WallTime now);

// The key of the leaf with which a chain file begins; empty when its first certificate is a CA, so that the leaf must
// be on the token. Throws like check_chain when the first certificate cannot be read.
std::optional<pkcs11::PublicKey> leaf_key_in(const std::vector<base::Bytes>& file, const std::string& file_name);

// `certificate "CN=…" expires in 12 days, on 2026-…`, when the leaf ends less than `days` days after `now`.
std::optional<std::string> expiry_warning(const CheckedChain& chain, base::WallTime now, int days);

inline constexpr std::size_t kMaxChainFileSize = 1024 * 1024;  // bytes
inline constexpr std::size_t kMaxChainFileCertificates = 32;

// Certificates of a PEM file (RFC 7468, strict base64) in file order. Text between blocks is allowed, within one it is
// not. Throws Error(invalid_chain) naming the file: too large, too many certificates, none, a private key in it, a
// block that is not a certificate or is damaged.
std::vector<base::Bytes> read_pem_certificates(std::string_view pem, const std::string& file_name);

}  // namespace trust
