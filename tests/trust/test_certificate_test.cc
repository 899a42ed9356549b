#include "trust/test_certificate.h"

#include "chains.h"
#include "trust/certificate.h"
#include "trust/profile.h"

using base::Bytes;
using pkcs11::KeySpec;
using support::TestKey;
using trust::Subject;

namespace {

Subject subject(const std::string& name) {
  Subject result;
  result.common_name = name;
  return result;
}

trust::CertificateToSign prepare(const Subject& who = subject("test"), int days = 90, KeySpec spec = KeySpec::ec_256) {
  return trust::prepare_self_signed(TestKey::shared(spec).public_key(), spec, who, days, kWallNow);
}

Bytes make(const Subject& who = subject("test"), int days = 90, KeySpec spec = KeySpec::ec_256) {
  const trust::CertificateToSign prepared = prepare(who, days, spec);
  return trust::assemble(prepared, TestKey::shared(spec).sign(spec, prepared.tbs()));
}

std::string refusal(const Subject& who, int days = 90) {
  const base::Error error = error_of([&] { prepare(who, days); });
  require_error(error, base::ErrorKind::invalid_settings);
  return error.message();
}

}  // namespace

TEST_CASE("a test certificate is a chain of one that notation accepts, for every spec") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    INFO(traits.name);
    const Bytes certificate = make(subject("test"), 90, traits.spec);
    const trust::CheckedChain chain = trust::check_chain(file_sources({certificate}), kWallNow);
    CHECK(chain.spec() == traits.spec);
    CHECK(chain.leaf_key() == TestKey::shared(traits.spec).public_key());
    CHECK(trust::read_pem_certificates(trust::to_pem(certificate), "x") == std::vector<Bytes>{certificate});
  }
}

TEST_CASE("a test certificate says what was asked") {
  Subject who;
  who.country = "DE";
  who.state = "Bayern";
  who.locality = "München";
  who.organization = "Example, Inc.";
  who.organizational_unit = "Release";
  who.common_name = "release signing";
  const trust::Certificate certificate = trust::Certificate::parse(make(who, 30), "it");
  CHECK(certificate.subject() == "C=DE,ST=Bayern,L=München,O=Example, Inc.,OU=Release,CN=release signing");
  CHECK(certificate.self_issued());
  CHECK(certificate.not_before() == kNow - 60);
  CHECK(certificate.not_after() == kNow + 30 * 86400);
  CHECK(certificate.key_usage() == unsigned{trust::kDigitalSignature});
  CHECK(certificate.key_usage_critical());
  CHECK(certificate.extended_key_usages() == std::vector<std::string>{"1.3.6.1.5.5.7.3.3"});
  CHECK_FALSE(certificate.is_ca());
  CHECK(certificate.serial().size() == 16);
}

TEST_CASE("two test certificates have different serial numbers") {
  const trust::Certificate first = trust::Certificate::parse(make(), "it");
  const trust::Certificate second = trust::Certificate::parse(make(), "it");
  CHECK(base::to_hex(first.serial()) != base::to_hex(second.serial()));
}

TEST_CASE("validity past 2049 is written so that it can be read back") {
  const base::WallTime later{std::chrono::seconds(2'524'000'000)};  // December 2049
  const trust::CertificateToSign prepared =
      trust::prepare_self_signed(p256_key().public_key(), KeySpec::ec_256, subject("x"), 365, later);
  const Bytes der = trust::assemble(prepared, p256_key().sign(KeySpec::ec_256, prepared.tbs()));
  CHECK(trust::Certificate::parse(der, "it").not_after() == 2'524'000'000 + 365 * 86400);
}

TEST_CASE("what is signed for a certificate never resembles a Notary payload") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    const trust::CertificateToSign prepared = prepare(subject("."), 1, traits.spec);
    const base::ByteView tbs = prepared.tbs();
    INFO(traits.name);
    // COSE Sig_structure begins with an array of four and the text Signature1; a JWS signing input is base64url and a
    // dot.
    CHECK(tbs[0] == 0x30);
    CHECK(tbs[0] != 0x84);
    REQUIRE(tbs.size() > 128);
    CHECK(tbs[1] >= 0x81);
    CHECK(trust::Certificate::parse(make(subject("."), 1, traits.spec), "it").signed_part().size() == tbs.size());
  }
}

TEST_CASE("a signature that does not belong to the certificate is refused") {
  const trust::CertificateToSign prepared = prepare();
  REQUIRE_ERROR(trust::assemble(prepared, other_p256_key().sign(KeySpec::ec_256, prepared.tbs())),
                base::ErrorKind::signature_invalid);
  REQUIRE_ERROR(trust::assemble(prepared, Bytes(64, 1)), base::ErrorKind::signature_invalid);
  REQUIRE_ERROR(trust::assemble(prepared, Bytes()), base::ErrorKind::signature_invalid);
}

TEST_CASE("subjects and times that will not do are refused by name") {
  CHECK(contains(refusal(subject("")), "the subject has no common name"));
  CHECK(contains(refusal(subject(std::string(65, 'x'))), "the common name has more than 64 characters"));
  CHECK(contains(refusal(subject("a\nb")), "the common name holds a control character"));
  Subject who = subject("x");
  who.country = "Germany";
  CHECK(contains(refusal(who), "the country \"Germany\" is not two letters"));
  CHECK(contains(refusal(subject("x"), 0), "valid for 0 days"));
  CHECK(contains(refusal(subject("x"), 4000), "valid for 4000 days"));
}

TEST_CASE("64 characters are counted as characters, not bytes") {
  std::string name;
  for (int i = 0; i < 64; ++i)
    name += "ü";
  CHECK(trust::Certificate::parse(make(subject(name)), "it").subject().starts_with("CN=ü"));
}

TEST_CASE("a name that is not UTF-8 is refused") {
  REQUIRE_ERROR(prepare(subject("\xff\xfe")), base::ErrorKind::invalid_settings);
}

TEST_CASE("a key of another spec is refused") {
  REQUIRE_ERROR(trust::prepare_self_signed(p256_key().public_key(), KeySpec::ec_384, subject("x"), 1, kWallNow),
                base::ErrorKind::invalid_settings);
}
