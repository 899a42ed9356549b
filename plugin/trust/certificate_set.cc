#include "certificate_set.h"

#include "base/error.h"
#include "der.h"
#include "trust/public_key.h"

namespace trust {

void refuse(std::string message, std::string hint) {
  throw base::Error(base::ErrorKind::invalid_chain, base::Phase::chain, std::move(message), std::move(hint));
}

void CertificateSet::add(base::ByteView der, std::string place) {
  try {
    readable_.push_back(Certificate::parse(der, std::move(place)));
  } catch (const base::Error& error) {
    // Whether it matters is decided by who needs it: in a pool, what does not belong to the chain is ignored.
    unreadable_.push_back(error.message());
    hints_.push_back(error.hint());
    if (readable_.empty() && unreadable_.size() == 1) first_is_readable_ = false;
  }
}

CertificateSet CertificateSet::of_file(const std::vector<base::Bytes>& certificates, const std::string& file_name) {
  CertificateSet set;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    set.add(certificates[i], "certificate " + std::to_string(i + 1) + " of " + base::printable(file_name));
  }
  return set;
}

CertificateSet CertificateSet::of_token(const std::vector<base::Bytes>& certificates) {
  CertificateSet set;
  for (const base::Bytes& der : certificates)
    set.add(der, "the certificate on the token");
  return set;
}

void CertificateSet::refuse_unreadable() const {
  refuse(unreadable_.front(), hints_.front());
}

bool same_bytes(const Certificate& left, const Certificate& right) {
  return der::same(left.der(), right.der());
}

bool holds(const Certificate& certificate, const pkcs11::PublicKey& key) {
  return certificate.key().public_key == key;
}

std::string identify(const CertificateKey& key) {
  return key.public_key ? identify(*key.public_key) : key.description;
}

std::string identify(const pkcs11::PublicKey& key) {
  return pkcs11::describe(key) + " with fingerprint " + spki_sha256(key).substr(0, 16);
}

}  // namespace trust
