#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "trust/certificate.h"

namespace trust {

[[noreturn]] void refuse(std::string message, std::string hint);

// Certificates of one source. Addresses stay valid while it lives.
class CertificateSet {
 public:
  // `place` is what comes after "certificate 3 of ", or, without numbers, "the certificate on ".
  static CertificateSet of_file(const std::vector<base::Bytes>& certificates, const std::string& file_name);
  static CertificateSet of_token(const std::vector<base::Bytes>& certificates);

  const std::deque<Certificate>& readable() const { return readable_; }
  bool all_readable() const { return unreadable_.empty(); }
  bool first_is_readable() const { return first_is_readable_; }
  // One line for each certificate that notation could not read.
  const std::vector<std::string>& unreadable() const { return unreadable_; }
  [[noreturn]] void refuse_unreadable() const;

 private:
  void add(base::ByteView der, std::string place);

  std::deque<Certificate> readable_;
  std::vector<std::string> unreadable_;
  std::vector<std::string> hints_;
  bool first_is_readable_ = true;
};

bool same_bytes(const Certificate& left, const Certificate& right);
bool holds(const Certificate& certificate, const pkcs11::PublicKey& key);

// "EC-256 (SHA-256 of its SubjectPublicKeyInfo begins with 0123456789abcdef)"
std::string identify(const CertificateKey& key);
std::string identify(const pkcs11::PublicKey& key);

}  // namespace trust
