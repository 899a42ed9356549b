#include "certificate_parts.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "distinguished_name.h"
#include "oids.h"

namespace trust {
namespace {

using base::Bytes;

struct NamePart {
  base::ByteView type;
  const std::string& text;
  const char* what;
  std::size_t limit;  // characters, RFC 5280 appendix A.1
};

std::size_t count_characters(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

void check_part(const NamePart& part, std::string_view made) {
  const bool control = std::ranges::any_of(part.text, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; });
  if (control) refuse_settings(made, std::string(part.what) + " holds a control character");
  if (!is_utf8(base::bytes_of(part.text))) refuse_settings(made, std::string(part.what) + " is not UTF-8");
  if (count_characters(part.text) > part.limit) {
    refuse_settings(made, std::string(part.what) + " has more than " + std::to_string(part.limit) + " characters");
  }
}

void check_country(const std::string& country, std::string_view made) {
  const bool letters =
      std::ranges::all_of(country, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
  if (!country.empty() && (country.size() != 2 || !letters)) {
    refuse_settings(made, "the country \"" + base::printable(country) + "\" is not two letters", "such as DE or US");
  }
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

base::ByteView pkcs1_oid(pkcs11::Hash hash) {
  switch (hash) {
    case pkcs11::Hash::sha_256:
      return oid::kSha256WithRsa;
    case pkcs11::Hash::sha_384:
      return oid::kSha384WithRsa;
    case pkcs11::Hash::sha_512:
      return oid::kSha512WithRsa;
  }
  return {};
}

}  // namespace

void refuse_settings(std::string_view made, const std::string& cause, std::string hint) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::none,
                    std::string(made) + " cannot be made: " + cause, std::move(hint));
}

Bytes write_name(const Subject& subject, std::string_view made) {
  if (subject.common_name.empty()) refuse_settings(made, "the subject has no common name");
  check_country(subject.country, made);
  const std::array parts{NamePart{oid::kCountry, subject.country, "the country", 2},
                         NamePart{oid::kState, subject.state, "the state", 128},
                         NamePart{oid::kLocality, subject.locality, "the locality", 128},
                         NamePart{oid::kOrganization, subject.organization, "the organization", 64},
                         NamePart{oid::kOrganizationalUnit, subject.organizational_unit, "the organizational unit", 64},
                         NamePart{oid::kCommonName, subject.common_name, "the common name", 64}};
  Bytes sets;
  for (const NamePart& part : parts) {
    if (part.text.empty()) continue;
    check_part(part, made);
    const bool country = part.type.data() == oid::kCountry;
    const Bytes text = der::write(country ? der::kPrintableString : der::kUtf8String, base::bytes_of(part.text));
    const Bytes set = der::write(der::kSet, der::write(der::kSequence, {der::write(der::kOid, part.type), text}));
    sets.insert(sets.end(), set.begin(), set.end());
  }
  return der::write(der::kSequence, sets);
}

Bytes write_notary_algorithm(pkcs11::KeySpec spec) {
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

Bytes write_pkcs1_algorithm(pkcs11::KeySpec spec) {
  return der::write(der::kSequence,
                    {der::write(der::kOid, pkcs1_oid(pkcs11::traits(spec).hash)), der::write(der::kNull, {})});
}

Bytes write_extension(std::uint8_t arc, bool critical, base::ByteView value) {
  static constexpr std::array<std::uint8_t, 3> kTrue{der::kBoolean, 1, 0xff};
  const std::array<std::uint8_t, 3> type{oid::kCeFirst, oid::kCeSecond, arc};
  return der::write(der::kSequence, {der::write(der::kOid, type), critical ? base::ByteView(kTrue) : base::ByteView(),
                                     der::write(der::kOctetString, value)});
}

Bytes write_leaf_key_usage() {
  static constexpr std::array<std::uint8_t, 4> kDigitalSignatureAlone{der::kBitString, 2, 7, 0x80};
  return write_extension(oid::kCeKeyUsage, true, kDigitalSignatureAlone);
}

Bytes write_leaf_extended_key_usage() {
  const Bytes purposes = der::write(der::kSequence, der::write(der::kOid, oid::kCodeSigning));
  return write_extension(oid::kCeExtendedKeyUsage, false, purposes);
}

Bytes write_signed(base::ByteView part, base::ByteView algorithm, base::ByteView signature) {
  return der::write(der::kSequence, {part, algorithm, der::write_bit_string(signature)});
}

}  // namespace trust
