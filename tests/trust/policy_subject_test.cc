#include "trust/policy_subject.h"

#include <utility>
#include <vector>

#include "catch.h"
#include "der.h"
#include "oids.h"

namespace der = trust::der;
using base::Bytes;

namespace {

Bytes attribute(base::ByteView type, const std::string& value, std::uint8_t tag = der::kUtf8String) {
  return der::write(der::kSequence, {der::write(der::kOid, type), der::write(tag, base::bytes_of(value))});
}

Bytes name_of(const std::vector<Bytes>& sets) {
  Bytes all;
  for (const Bytes& set : sets) {
    const Bytes whole = der::write(der::kSet, set);
    all.insert(all.end(), whole.begin(), whole.end());
  }
  return der::write(der::kSequence, all);
}

// C=CH,ST=ZH,O=organization,CN=name
Bytes full(const std::string& organization, const std::string& name = "release") {
  return name_of({attribute(trust::oid::kCountry, "CH", der::kPrintableString), attribute(trust::oid::kState, "ZH"),
                  attribute(trust::oid::kOrganization, organization), attribute(trust::oid::kCommonName, name)});
}

std::string named(const std::string& organization) {
  return trust::policy_subject(full(organization, "z")).name;
}

}  // namespace

TEST_CASE("a subject is named as RFC 4514 writes it") {
  CHECK(named("Example") == "C=CH,ST=ZH,O=Example,CN=z");
  CHECK(named("Example, Inc.") == "C=CH,ST=ZH,O=Example\\, Inc.,CN=z");
  CHECK(named("a \"b\" c") == "C=CH,ST=ZH,O=a \\\"b\\\" c,CN=z");
  CHECK(named("a\\b") == "C=CH,ST=ZH,O=a\\\\b,CN=z");
  CHECK(named(" a ") == "C=CH,ST=ZH,O=\\ a\\ ,CN=z");
  CHECK(named("#a#") == "C=CH,ST=ZH,O=\\#a#,CN=z");
  CHECK(named("a+b<c>d;e=f") == "C=CH,ST=ZH,O=a\\+b\\<c\\>d\\;e=f,CN=z");
  CHECK(named("Z\xc3\xbcrich") == "C=CH,ST=ZH,O=Z\xc3\xbcrich,CN=z");
  CHECK(named("a\nb\x1b\x7f") == "C=CH,ST=ZH,O=a\\0Ab\\1B\\7F,CN=z");
}

TEST_CASE("a long subject is named whole") {
  const std::string organization(300, 'x');
  CHECK(named(organization) == "C=CH,ST=ZH,O=" + organization + ",CN=z");
}

TEST_CASE("a comma in a common name makes no organization of it") {
  const trust::PolicySubject subject =
      trust::policy_subject(name_of({attribute(trust::oid::kCountry, "US"), attribute(trust::oid::kState, "CA"),
                                     attribute(trust::oid::kCommonName, "a,O=b")}));
  CHECK(subject.name.empty());
  CHECK(subject.fault == "has no O");
}

TEST_CASE("what notation cannot name has no name, and says why") {
  const auto fault = [](const std::vector<Bytes>& sets) {
    const trust::PolicySubject subject = trust::policy_subject(name_of(sets));
    CHECK(subject.name.empty());
    return subject.fault;
  };
  const Bytes country = attribute(trust::oid::kCountry, "CH"), state = attribute(trust::oid::kState, "ZH");
  const Bytes organization = attribute(trust::oid::kOrganization, "a");
  const Bytes name = attribute(trust::oid::kCommonName, "b"), unit = attribute(trust::oid::kOrganizationalUnit, "c");
  Bytes both = organization;
  both.insert(both.end(), name.begin(), name.end());
  constexpr std::uint8_t kMail[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01};

  CHECK(fault({name}) == "has no C and no ST and no O");
  CHECK(fault({country, state, attribute(trust::oid::kOrganization, "")}) == "has no O");
  CHECK(fault({country, state, both}) == "has several attributes in one part of its name (O)");
  CHECK(fault({country, state, organization, unit, unit}) == "has more than one OU");
  CHECK(fault({country, state, organization, attribute(kMail, "a@example.com", der::kIa5String)}) ==
        "has an attribute without a short name (1.2.840.113549.1.9.1)");
  CHECK(fault({country, state, organization, attribute(trust::oid::kCommonName, "a=#b")}) == "has \"=#\" in it");
}

TEST_CASE("a subject to be is named like the certificate that will have it") {
  trust::Subject subject;
  subject.common_name = "release";
  CHECK(trust::policy_subject(subject).fault == "has no C and no ST and no O");
  CHECK_FALSE(trust::is_subject(full("Example, Inc."), subject));
  subject.country = "CH";
  subject.state = "ZH";
  subject.organization = "Example, Inc.";
  CHECK(trust::policy_subject(subject).name == "C=CH,ST=ZH,O=Example\\, Inc.,CN=release");
  CHECK(trust::is_subject(full("Example, Inc."), subject));
  CHECK_FALSE(trust::is_subject(full("Example"), subject));
}
