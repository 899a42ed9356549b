#include "trust/test_certificate.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/error.h"
#include "der.h"
#include "der_time.h"
#include "distinguished_name.h"
#include "ecdsa_signature.h"
#include "oids.h"
#include "trust/certificate.h"
#include "trust/profile.h"
#include "trust/public_key.h"

namespace trust {
namespace {

using base::Bytes;

[[noreturn]] void refuse_settings(const std::string& what, std::string hint = {}) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::none, "the certificate cannot be made: " + what,
                    std::move(hint));
}

struct NamePart {
  base::ByteView type;
  const std::string& text;
  const char* what;
  std::size_t limit;  // characters, RFC 5280 appendix A.1
};

std::size_t count_characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void check_part(const NamePart& part) {
  const bool control = std::ranges::any_of(part.text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (control) refuse_settings(std::string(part.what) + " holds a control character");
  if (!is_utf8(base::bytes_of(part.text))) refuse_settings(std::string(part.what) + " is not UTF-8");
  if (count_characters(part.text) > part.limit) {
    refuse_settings(std::string(part.what) + " has more than " + std::to_string(part.limit) + " characters");
  }
}

void check_country(const std::string& country) {
  const bool letters =
      std::ranges::all_of(country, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
  if (!country.empty() && (country.size() != 2 || !letters)) {
    refuse_settings("the country \"" + base::printable(country) + "\" is not two letters", "such as DE or US");
  }
}

Bytes write_name(const Subject& subject) {
  if (subject.common_name.empty()) refuse_settings("the subject has no common name");
  check_country(subject.country);
  const std::array parts{NamePart{oid::kCountry, subject.country, "the country", 2},
                         NamePart{oid::kState, subject.state, "the state", 128},
                         NamePart{oid::kLocality, subject.locality, "the locality", 128},
                         NamePart{oid::kOrganization, subject.organization, "the organization", 64},
                         NamePart{oid::kOrganizationalUnit, subject.organizational_unit, "the organizational unit", 64},
                         NamePart{oid::kCommonName, subject.common_name, "the common name", 64}};
  Bytes sets;
  for (const NamePart& part : parts) {
    if (part.text.empty()) continue;
    check_part(part);
    const bool country = part.type.data() == oid::kCountry;
    const Bytes text = der::write(country ? der::kPrintableString : der::kUtf8String, base::bytes_of(part.text));
    const Bytes set = der::write(der::kSet, der::write(der::kSequence, {der::write(der::kOid, part.type), text}));
    sets.insert(sets.end(), set.begin(), set.end());
  }
  return der::write(der::kSequence, sets);
}

base::ByteView hash_oid(pkcs11::Hash hash) {
  switch (hash) {
    case pkcs11::Hash::sha_256:
      return oid::kSha256;
    case pkcs11::Hash::sha_384:
      return oid::kSha384;
    case pkcs11::Hash::sha_512:
      return oid::kSha512;
  }
  return {};
}

base::ByteView ecdsa_oid(pkcs11::Hash hash) {
  switch (hash) {
    case pkcs11::Hash::sha_256:
      return oid::kEcdsaWithSha256;
    case pkcs11::Hash::sha_384:
      return oid::kEcdsaWithSha384;
    case pkcs11::Hash::sha_512:
      return oid::kEcdsaWithSha512;
  }
  return {};
}

// RSASSA-PSS with every parameter spelled out (RFC 4055 section 3.1), or ecdsa-with-SHA2 (RFC 5758 section 3.2).
Bytes write_algorithm(pkcs11::KeySpec spec) {
  const pkcs11::KeySpecTraits& traits = pkcs11::traits(spec);
  if (traits.family == pkcs11::KeyFamily::ec) {
    return der::write(der::kSequence, der::write(der::kOid, ecdsa_oid(traits.hash)));
  }
  const Bytes hash =
      der::write(der::kSequence, {der::write(der::kOid, hash_oid(traits.hash)), der::write(der::kNull, {})});
  const Bytes mask = der::write(der::kSequence, {der::write(der::kOid, oid::kMgf1), hash});
  const std::array<std::uint8_t, 1> salt{static_cast<std::uint8_t>(traits.digest_size)};
  const Bytes parameters = der::write(
      der::kSequence, {der::write(der::context_constructed(0), hash), der::write(der::context_constructed(1), mask),
                       der::write(der::context_constructed(2), der::write_unsigned(salt))});
  return der::write(der::kSequence, {der::write(der::kOid, oid::kRsassaPss), parameters});
}

Bytes write_serial() {
  std::array<std::uint8_t, 16> random{};
  start_openssl();
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) {
    throw base::Error(base::ErrorKind::internal, base::Phase::none, "OpenSSL gives no random bytes");
  }
  random[0] = static_cast<std::uint8_t>((random[0] & 0x7f) | 0x40);  // positive, and always 16 bytes long
  return der::write_unsigned(random);
}

Bytes write_extension(std::uint8_t arc, bool critical, base::ByteView value) {
  static constexpr std::array<std::uint8_t, 3> kTrue{der::kBoolean, 1, 0xff};
  const std::array<std::uint8_t, 3> type{oid::kCeFirst, oid::kCeSecond, arc};
  return der::write(der::kSequence, {der::write(der::kOid, type), critical ? base::ByteView(kTrue) : base::ByteView(),
                                     der::write(der::kOctetString, value)});
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
  static constexpr std::array<std::uint8_t, 4> kDigitalSignatureAlone{der::kBitString, 2, 7, 0x80};
  const Bytes purposes = der::write(der::kSequence, der::write(der::kOid, oid::kCodeSigning));
  const Bytes extensions =
      der::write(der::kSequence, {write_extension(oid::kCeKeyUsage, true, kDigitalSignatureAlone),
                                  write_extension(oid::kCeExtendedKeyUsage, false, purposes),
                                  write_extension(oid::kCeSubjectKeyIdentifier, false, write_key_identifier(spki))});
  return der::write(der::context_constructed(3), extensions);
}

Bytes write_certificate(base::ByteView tbs, pkcs11::KeySpec spec, base::ByteView signature) {
  return der::write(der::kSequence, {tbs, write_algorithm(spec), der::write_bit_string(signature)});
}

}  // namespace

CertificateToSign prepare_self_signed(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, const Subject& subject,
                                      int days, base::WallTime now) {
  if (pkcs11::key_spec_of(key) != spec) {
    refuse_settings("the key is " + pkcs11::describe(key) + ", not " + std::string(pkcs11::traits(spec).name));
  }
  if (days < 1 || days > kMaxTestCertificateDays) {
    refuse_settings("it would be valid for " + std::to_string(days) + " days",
                    "choose 1 to " + std::to_string(kMaxTestCertificateDays) + " days");
  }
  static constexpr std::array<std::uint8_t, 1> kVersion3{2};
  const std::int64_t moment = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const Bytes name = write_name(subject);
  const Bytes spki = spki_der(key);
  const Bytes validity =
      der::write(der::kSequence, {write_time(moment - 60), write_time(moment + std::int64_t{86400} * days)});

  CertificateToSign prepared;
  prepared.key_ = key;
  prepared.spec_ = spec;
  prepared.tbs_ = der::write(der::kSequence,
                             {der::write(der::context_constructed(0), der::write_unsigned(kVersion3)), write_serial(),
                              write_algorithm(spec), name, validity, name, spki, write_extensions(spki)});
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

std::string to_pem(base::ByteView certificate_der) {
  constexpr std::size_t kColumns = 64;
  const std::string body = base::encode_base64(certificate_der);
  std::string text = "-----BEGIN CERTIFICATE-----\n";
  for (std::size_t i = 0; i < body.size(); i += kColumns)
    text += body.substr(i, kColumns) + "\n";
  return text + "-----END CERTIFICATE-----\n";
}

}  // namespace trust
