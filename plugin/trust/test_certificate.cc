#include "trust/test_certificate.h"

#include <openssl/rand.h>

#include <array>

#include "base/error.h"
#include "certificate_parts.h"
#include "der.h"
#include "der_time.h"
#include "ecdsa_signature.h"
#include "oids.h"
#include "trust/certificate.h"
#include "trust/profile.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using base::Bytes;

constexpr std::string_view kMade = "the certificate";

Bytes write_serial() {
  std::array<std::uint8_t, 16> random{};
  start_openssl();
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw base::Error(base::ErrorKind::internal, base::Phase::none, "OpenSSL gives no random bytes");
  }
  random[0] = static_cast<std::uint8_t>((random[0] & 0x7f) | 0x40);  // positive, and always 16 bytes long
  return der::write_unsigned(random);
}

// RFC 7093 section 2, method 1: the first 160 bits of the SHA-256 of the key's bits.
Bytes write_key_identifier(base::ByteView spki) {
  const std::string object = "the public key";
  der::Reader outer(spki, object);
  der::Reader fields = outer.read(der::kSequence, object);
  fields.read(der::kSequence, object);
  const Bytes hash = digest(pkcs11::Hash::sha_256, fields.read_bit_string(object).bytes);
  return der::write(der::kOctetString, base::ByteView(hash).first(20));
}

Bytes write_extensions(base::ByteView spki) {
  const Bytes extensions =
      der::write(der::kSequence, {write_leaf_key_usage(), write_leaf_extended_key_usage(),
                                  write_extension(oid::kCeSubjectKeyIdentifier, false, write_key_identifier(spki))});
  return der::write(der::context_constructed(3), extensions);
}

Bytes write_certificate(base::ByteView tbs, pkcs11::KeySpec spec, base::ByteView signature) {
  return write_signed(tbs, write_notary_algorithm(spec), signature);
}

}  // namespace

CertificateToSign prepare_self_signed(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, const Subject& subject,
                                      int days, base::WallTime now) {
  if (pkcs11::key_spec_of(key) != spec) {
    refuse_settings(kMade, "the key is " + pkcs11::describe(key) + ", not " + std::string(pkcs11::traits(spec).name));
  }
  if (days < 1 || days > kMaxTestCertificateDays) {
    refuse_settings(kMade, "it would be valid for " + std::to_string(days) + " days",
                    "choose 1 to " + std::to_string(kMaxTestCertificateDays) + " days");
  }
  static constexpr std::array<std::uint8_t, 1> kVersion3{2};
  const std::int64_t moment = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const Bytes name = write_name(subject, kMade);
  const Bytes spki = spki_der(key);
  const Bytes validity =
      der::write(der::kSequence, {write_time(moment - 60), write_time(moment + std::int64_t{86400} * days)});

  CertificateToSign prepared;
  prepared.key_ = key;
  prepared.spec_ = spec;
  prepared.tbs_ = der::write(der::kSequence,
                             {der::write(der::context_constructed(0), der::write_unsigned(kVersion3)), write_serial(),
                              write_notary_algorithm(spec), name, validity, name, spki, write_extensions(spki)});
  // Read back with an empty signature: what is signed is what a certificate's reader will see, all of it.
  const Bytes unsigned_certificate = write_certificate(prepared.tbs_, spec, {});
  const Certificate read_back = Certificate::parse(unsigned_certificate, "the certificate to sign");
  const std::vector<Violation> violations = leaf_violations(read_back, moment);
  if (!violations.empty()) {
    throw base::Error(base::ErrorKind::internal, base::Phase::none, violations.front().message);
  }
  return prepared;
}

base::Bytes assemble(const CertificateToSign& prepared, base::ByteView signature) {
  verify_message(prepared.key(), prepared.spec(), prepared.tbs(), signature);
  const bool ec = pkcs11::traits(prepared.spec()).family == pkcs11::KeyFamily::ec;
  Bytes certificate = ec ? write_certificate(prepared.tbs(), prepared.spec(), to_der_signature(signature))
                         : write_certificate(prepared.tbs(), prepared.spec(), signature);
  const Certificate read_back = Certificate::parse(certificate, "the certificate made");
  if (!signed_by(read_back, read_back)) {
    throw base::Error(base::ErrorKind::signature_invalid, base::Phase::verify,
                      "the certificate made does not verify with its own key");
  }
  return certificate;
}

}  // namespace trust
