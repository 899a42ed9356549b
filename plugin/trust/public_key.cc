#include "trust/public_key.h"

#include "base/error.h"
#include "der.h"
#include "oids.h"
#include "trust/certificate.h"

namespace trust {
namespace {

base::Bytes rsa_spki(const pkcs11::RsaPublicKey& rsa) {
  const base::Bytes key =
      der::write(der::kSequence, {der::write_unsigned(rsa.modulus), der::write_unsigned(rsa.exponent)});
  const base::Bytes algorithm =
      der::write(der::kSequence, {der::write(der::kOid, oid::kRsaEncryption), der::write(der::kNull, {})});
  return der::write(der::kSequence, {algorithm, der::write_bit_string(key)});
}

base::Bytes ec_spki(const pkcs11::EcPublicKey& ec) {
  const base::Bytes algorithm = der::write(der::kSequence, {der::write(der::kOid, oid::kEcPublicKey), ec.curve});
  return der::write(der::kSequence, {algorithm, der::write_bit_string(ec.point)});
}

base::Bytes ed25519_spki(const pkcs11::Ed25519PublicKey& key) {
  const base::Bytes algorithm = der::write(der::kSequence, {der::write(der::kOid, oid::kEd25519)});
  return der::write(der::kSequence, {algorithm, der::write_bit_string(key.bytes)});
}

}  // namespace

pkcs11::PublicKey public_key_of(base::ByteView certificate_der) {
  const Certificate certificate = Certificate::parse(certificate_der, "the certificate");
  if (certificate.key().public_key) return *certificate.key().public_key;
  throw base::Error(
      base::ErrorKind::invalid_chain, base::Phase::chain,
      "the public key of " + certificate.name() + " cannot be used: its kind is " + certificate.key().description,
      "the Notary Project signs with RSA and EC keys");
}

base::Bytes spki_der(const pkcs11::PublicKey& key) {
  if (const auto* rsa = std::get_if<pkcs11::RsaPublicKey>(&key)) return rsa_spki(*rsa);
  if (const auto* ec = std::get_if<pkcs11::EcPublicKey>(&key)) return ec_spki(*ec);
  return ed25519_spki(std::get<pkcs11::Ed25519PublicKey>(key));
}

std::string sha256_hex(base::ByteView bytes) {
  return base::to_hex(digest(pkcs11::Hash::sha_256, bytes));
}

std::string spki_sha256(const pkcs11::PublicKey& key) {
  return sha256_hex(spki_der(key));
}

}  // namespace trust
