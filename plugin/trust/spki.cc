#include "trust/spki.h"

#include "algorithm.h"
#include "base/error.h"
#include "der.h"
#include "trust/certificate.h"
#include "trust/public_key.h"

namespace trust {
namespace {

std::optional<CertificateKey> key_in(base::ByteView der) {
  const std::string object = "the public key";
  try {
    der::Reader outer(der, object);
    const der::Reader info = outer.read(der::kSequence, object);
    if (!outer.empty()) return std::nullopt;
    return read_key(info);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

std::optional<base::Bytes> spki_of(const CertificateKey& key) {
  if (key.public_key) return spki_der(*key.public_key);
  if (key.kind == KeyKind::ed25519) return spki_der(pkcs11::Ed25519PublicKey{key.raw});
  return std::nullopt;
}

}  // namespace

std::optional<pkcs11::PublicKey> read_spki(base::ByteView der) {
  const auto key = key_in(der);
  return key ? key->public_key : std::nullopt;
}

std::optional<NamedSpki> spki_of_certificate(base::ByteView certificate_der) {
  try {
    const Certificate certificate = Certificate::parse(certificate_der, "the certificate");
    auto spki = spki_of(certificate.key());
    if (!spki) return std::nullopt;
    return NamedSpki{certificate.subject(), *std::move(spki)};
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool is_ed25519_spki(base::ByteView der) {
  const auto key = key_in(der);
  return key && key->kind == KeyKind::ed25519;
}

}  // namespace trust
