#include "extensions.h"

#include <set>

#include "general_names.h"
#include "oids.h"

namespace trust {
namespace {

constexpr std::uint8_t kUriTag = der::context(6);

void check_key_identifiers(std::uint8_t arc, bool critical, der::Reader value) {
  if (arc == oid::kCeSubjectKeyIdentifier) {
    if (critical) value.fail("the subject key identifier is marked critical");
    value.read(der::kOctetString, "the subject key identifier");
    return;
  }
  if (critical) value.fail("the authority key identifier is marked critical");
  der::Reader identifier = value.read(der::kSequence, "the authority key identifier");
  identifier.read_optional(der::context(0), "the authority key identifier");
}

void check_authority_info_access(bool critical, der::Reader value) {
  constexpr std::string_view kWhat = "the authority information access extension";
  if (critical) value.fail("the authority information access extension is marked critical");
  der::Reader descriptions = value.read(der::kSequence, kWhat);
  while (!descriptions.empty()) {
    der::Reader description = descriptions.read(der::kSequence, kWhat);
    description.read_oid(kWhat);
    description.read_optional(kUriTag, kWhat);
  }
}

void check_crl_distribution_points(der::Reader value) {
  constexpr std::string_view kWhat = "the CRL distribution points extension";
  der::Reader points = value.read(der::kSequence, kWhat);
  while (!points.empty()) {
    der::Reader point = points.read(der::kSequence, kWhat);
    std::optional<der::Reader> name = point.read_optional(der::context_constructed(0), kWhat);
    if (!name) continue;
    der::Reader names = name->read(der::context_constructed(0), kWhat);
    while (names.read_optional(kUriTag, kWhat)) {
    }
  }
}

// An object identifier without the limit on the size of its arcs.
base::ByteView read_large_oid(der::Reader& reader, std::string_view what) {
  const base::ByteView content = reader.read_element(der::kOid, what).content;
  bool first = true;
  for (const std::uint8_t byte : content) {
    if (first && byte == 0x80) reader.fail(std::string(what) + " is malformed");
    first = (byte & 0x80) == 0;
  }
  if (content.empty() || !first) reader.fail(std::string(what) + " is malformed");
  return content;
}

void check_certificate_policies(der::Reader value) {
  constexpr std::string_view kWhat = "the certificate policies extension";
  der::Reader policies = value.read(der::kSequence, kWhat);
  std::set<std::string> seen;
  while (!policies.empty()) {
    der::Reader policy = policies.read(der::kSequence, kWhat);
    const base::ByteView identifier = read_large_oid(policy, kWhat);
    if (!seen.insert(base::text_of(identifier)).second) {
      value.fail("the certificate policies extension names a policy twice");
    }
  }
}

void check_policy_mappings(der::Reader value) {
  constexpr std::string_view kWhat = "the policy mappings extension";
  der::Reader mappings = value.read(der::kSequence, kWhat);
  while (!mappings.empty()) {
    der::Reader mapping = mappings.read(der::kSequence, kWhat);
    mapping.read_element(der::kOid, kWhat);
    mapping.read_element(der::kOid, kWhat);
  }
}

void check_policy_constraints(der::Reader value) {
  constexpr std::string_view kWhat = "the policy constraints extension";
  der::Reader constraints = value.read(der::kSequence, kWhat);
  for (const unsigned number : {0u, 1u}) {
    if (constraints.next_is(der::context(number))) constraints.read_small_integer(kWhat, der::context(number));
  }
}

void check_certificate_extension(std::uint8_t arc, bool critical, der::Reader value) {
  switch (arc) {
    case oid::kCeSubjectKeyIdentifier:
    case oid::kCeAuthorityKeyIdentifier:
      return check_key_identifiers(arc, critical, value);
    case oid::kCeSubjectAltName:
      return check_subject_alt_name(value);
    case oid::kCeNameConstraints:
      return check_name_constraints(value);
    case oid::kCeCrlDistributionPoints:
      return check_crl_distribution_points(value);
    case oid::kCeCertificatePolicies:
      return check_certificate_policies(value);
    case oid::kCePolicyMappings:
      return check_policy_mappings(value);
    case oid::kCePolicyConstraints:
      return check_policy_constraints(value);
    case oid::kCeInhibitAnyPolicy:
      value.read_small_integer("the inhibit any policy extension");
      return;
    default:
      return;
  }
}

}  // namespace

void check_extension(base::ByteView oid, bool critical, der::Reader value) {
  const bool certificate_extension = oid.size() == 3 && oid[0] == oid::kCeFirst && oid[1] == oid::kCeSecond;
  if (certificate_extension) {
    check_certificate_extension(oid[2], critical, value);
  } else if (der::same(oid, oid::kAuthorityInfoAccess)) {
    check_authority_info_access(critical, value);
  }
}

}  // namespace trust
