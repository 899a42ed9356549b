#include "certificate_store.h"

#include <algorithm>

#include "der_certificate.h"
#include "fake_service.h"
#include "support/certificates.h"

// Certificates put on a token and taken off it.

using namespace fake_service;
using base::Bytes;
using base::ErrorKind;
using support::TestKey;

namespace {

const support::Chain& chain() {
  static const support::Chain made = support::make_chain(TestKey::shared(KeySpec::ec_256));
  return made;
}

CertificateToStore leaf() {
  return {chain().leaf, "release", {0x01}};
}

CertificateToStore issuer() {
  return {chain().intermediate.certificate, "issuer", {}};
}

StoreOrder order_of(std::vector<CertificateToStore> certificates) {
  StoreOrder order;
  order.certificates = std::move(certificates);
  return order;
}

StoreResult store(FakeService& fake, std::vector<CertificateToStore> certificates) {
  return fake.get().store(order_of(std::move(certificates)), login_with("1234"));
}

std::string certificate_rule(const Bytes& certificate, const std::string& words) {
  return "certificate value=" + base::to_hex(certificate) + " " + words;
}

// The templates' names, one entry a C_CreateObject.
std::vector<std::string> created(const FakeService& fake) {
  std::vector<std::string> all;
  for (const std::string& line : fake.token.log(" enter C_CreateObject "))
    all.push_back(line.substr(line.find("attributes=") + 11));
  return all;
}

}  // namespace

TEST_CASE("a leaf and its issuer are stored so that the key shows them") {
  FakeService fake;
  fake.rule("token label=t").rule("key P-256 label=release id=01");
  const StoreResult result = store(fake, {leaf(), issuer()});
  REQUIRE(result.added == 2);
  REQUIRE(result.already_there == 0);
  InspectOrder order = key_named("release");
  order.chain_from_token = true;
  const Inspection found = fake.inspect(order);
  REQUIRE(found.key);
  REQUIRE(found.key->certificates == std::vector<Bytes>{chain().leaf});
  REQUIRE(found.issuers == std::vector<Bytes>{chain().intermediate.certificate});
  REQUIRE(created(fake).at(0) ==
          "CKA_CLASS,CKA_CERTIFICATE_TYPE,CKA_TOKEN,CKA_PRIVATE,CKA_LABEL,CKA_ID,CKA_SUBJECT,CKA_ISSUER,"
          "CKA_SERIAL_NUMBER,CKA_VALUE");
}

TEST_CASE("an empty label or id is left out of the template") {
  FakeService fake;
  REQUIRE(store(fake, {{chain().leaf, "", {}}}).added == 1);
  REQUIRE_FALSE(contains(created(fake).at(0), "CKA_ID"));
  REQUIRE_FALSE(contains(created(fake).at(0), "CKA_LABEL"));
}

TEST_CASE("the serial number of a certificate is a DER integer") {
  const auto names = read_names(chain().leaf);
  REQUIRE(names);
  REQUIRE(names->serial[0] == 0x02);
  REQUIRE(names->serial.size() == 2u + names->serial[1]);
}

TEST_CASE("a certificate is not stored twice, and one that is there needs no login") {
  FakeService fake;
  fake.rule(certificate_rule(chain().leaf, "label=other id=07"));
  const StoreResult result = store(fake, {leaf()});
  REQUIRE(result.added == 0);
  REQUIRE(result.already_there == 1);
  REQUIRE(fake.calls("C_Login") == 0);
  REQUIRE(store(fake, {leaf(), issuer(), issuer()}).already_there == 2);
  REQUIRE(fake.calls("C_CreateObject") == 1);
}

TEST_CASE("a certificate that only a login shows is not stored twice either") {
  FakeService fake;
  fake.rule(certificate_rule(chain().leaf, "label=other id=07 hidden"));
  REQUIRE(store(fake, {leaf()}).already_there == 1);
  REQUIRE(fake.calls("C_Login") == 1);
  REQUIRE(fake.calls("C_CreateObject") == 0);
}

TEST_CASE("a picky search finds what is there") {
  FakeService fake;
  fake.rule("quirk picky-search").rule("filler 40 kind=certificate").rule(certificate_rule(chain().leaf, "label=x"));
  REQUIRE(store(fake, {leaf()}).already_there == 1);
}

TEST_CASE("what a token does not take in the template is left out") {
  struct Taste {
    std::string rule;
    std::size_t calls;
    std::string absent;
  };
  const auto taste = GENERATE(values<Taste>({
      {"template CKA_PRIVATE certificate refused", 2, "CKA_PRIVATE"},
      {"template CKA_ISSUER certificate refused CKR_TEMPLATE_INCONSISTENT", 3, "CKA_ISSUER"},
      {"template CKA_SERIAL_NUMBER certificate refused CKR_ATTRIBUTE_READ_ONLY", 3, "CKA_SERIAL_NUMBER"},
      {"template CKA_PRIVATE certificate refused CKR_ATTRIBUTE_VALUE_INVALID\n"
       "template CKA_ISSUER certificate refused",
       4, "CKA_ISSUER"},
  }));
  INFO(taste.rule);
  FakeService fake;
  fake.rule(taste.rule);
  REQUIRE(store(fake, {leaf()}).added == 1);
  REQUIRE(created(fake).size() == taste.calls);
  REQUIRE_FALSE(contains(created(fake).back(), taste.absent));
}

TEST_CASE("a token that cannot keep certificates: the error says that a file can") {
  struct Refusal {
    std::string rule;
    base::ReturnValue value;
  };
  const auto refusal = GENERATE(values<Refusal>({
      {"fail C_CreateObject CKR_FUNCTION_NOT_SUPPORTED", 0x54},
      {"fail C_CreateObject CKR_TOKEN_WRITE_PROTECTED", 0xE2},
      {"fail C_CreateObject CKR_DEVICE_MEMORY", 0x31},
      {"fail C_CreateObject CKR_ATTRIBUTE_VALUE_INVALID", 0x13},
      {"template 0x89 certificate wanted", 0xD0},
      {"token label=t write-protected", 0xE2},
  }));
  INFO(refusal.rule);
  FakeService fake;
  fake.rule(refusal.rule);
  const base::Error error = error_of([&] { store(fake, {leaf()}); });
  INFO(error.message());
  REQUIRE(error.return_value() == refusal.value);
  REQUIRE(contains(error.message(), "cannot store certificate"));
  REQUIRE(contains(error.hint(), "can stay in a file"));
}

TEST_CASE("another failure is reported with how many were added") {
  FakeService fake;
  fake.rule("fail C_CreateObject nth=2 CKR_DEVICE_ERROR");
  const base::Error error = error_of([&] { store(fake, {leaf(), issuer()}); });
  require_error(error, ErrorKind::token_failed, 0x30);
  REQUIRE(contains(error.message(), "1 of 2 were added"));
  REQUIRE_FALSE(contains(error.hint(), "file"));
  REQUIRE(store(fake, {leaf()}).already_there == 1);
}

TEST_CASE("a token that takes issuer and serial number for the certificate: the error names the other one") {
  FakeService fake;
  fake.rule(certificate_rule(chain().root.certificate, "label=root")).rule("fail C_CreateObject CKR_GENERAL_ERROR");
  const auto root = read_names(chain().root.certificate), intermediate = read_names(chain().intermediate.certificate);
  REQUIRE(std::ranges::equal(root->serial, intermediate->serial));
  const base::Error error = error_of([&] { store(fake, {issuer()}); });
  REQUIRE(error.return_value() == 0x5);
  REQUIRE(contains(error.hint(), "another certificate of the same issuer and serial number"));
  REQUIRE_FALSE(contains(error_of([&] { store(fake, {leaf()}); }).hint(), "another certificate"));
}

TEST_CASE("bytes that are no certificate are refused before anything is asked") {
  FakeService fake;
  REQUIRE_ERROR(store(fake, {leaf(), {{0x30, 0x00}, "x", {}}}), ErrorKind::invalid_request);
  REQUIRE(fake.calls("C_OpenSession") == 0);
}

TEST_CASE("nothing to store asks nothing") {
  FakeService fake;
  REQUIRE(store(fake, {}).added == 0);
  REQUIRE(fake.calls("C_OpenSession") == 0);
}

TEST_CASE("a certificate that the token stored under another id or label is destroyed") {
  const auto rule = GENERATE(as<std::string>{}, "attribute CKA_ID certificate value=0102",
                             "attribute CKA_ID certificate empty", "attribute CKA_LABEL certificate value=6161");
  FakeService fake;
  fake.rule(rule);
  const base::Error error = error_of([&] { store(fake, {leaf()}); });
  require_error(error, ErrorKind::not_capable);
  REQUIRE(contains(error.message(), "the token stored something else"));
  REQUIRE(contains(error.hint(), "destroyed"));
  REQUIRE(fake.calls("C_DestroyObject") == 1);
}

TEST_CASE("a certificate that does not come back as it was is an error, and nothing of others is destroyed") {
  FakeService fake;
  fake.rule("attribute CKA_VALUE certificate value=3000");
  const base::Error error = error_of([&] { store(fake, {leaf()}); });
  require_error(error, ErrorKind::not_capable);
  REQUIRE(contains(error.hint(), "may be left"));
  REQUIRE(fake.calls("C_DestroyObject") == 0);
}

TEST_CASE("a token that wants a login and does not say so: the quirk is named") {
  FakeService fake;
  fake.rule("token label=t no-login").rule("fail C_CreateObject CKR_USER_NOT_LOGGED_IN");
  const base::Error error = error_of([&] { store(fake, {leaf()}); });
  REQUIRE(error.return_value() == 0x101);
  REQUIRE(contains(error.hint(), "quirk force-login"));
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a wrong PIN stores nothing") {
  FakeService fake;
  REQUIRE_ERROR(fake.get().store(order_of({leaf()}), login_with("9999")), ErrorKind::pin_refused);
  REQUIRE(fake.calls("C_CreateObject") == 0);
}

TEST_CASE("certificates are stored on one token, named") {
  FakeService fake;
  fake.rule("token label=one serial=1").rule("token label=two serial=2");
  StoreOrder order = order_of({leaf()});
  REQUIRE_ERROR(fake.get().store(order, login_with("1234")), ErrorKind::ambiguous_key);
  order.token.token = "three";
  REQUIRE_ERROR(fake.get().store(order, login_with("1234")), ErrorKind::key_not_found);
  order.token.token = "two";
  REQUIRE(fake.get().store(order, login_with("1234")).added == 1);
  REQUIRE(fake.token.log(" enter C_CreateObject ").at(0).find("slot=1") != std::string::npos);
}

TEST_CASE("certificates of exactly the same bytes are removed, every copy, and no others") {
  FakeService fake;
  fake.rule("key P-256 label=release id=01")
      .rule(certificate_rule(chain().leaf, "label=release id=01 copies=2"))
      .rule(certificate_rule(chain().leaf, "label=secret hidden"))
      .rule(certificate_rule(chain().root.certificate, "label=release id=01"));
  const Login login = login_with("1234");
  REQUIRE(fake.get().remove_certificates({}, {chain().leaf, chain().intermediate.certificate}, login) == 3);
  REQUIRE(fake.calls("C_DestroyObject") == 3);
  const Inspection left = fake.inspect(key_named("release"));
  REQUIRE(left.key);
  REQUIRE(left.key->certificates == std::vector<Bytes>{chain().root.certificate});
  REQUIRE(fake.get().remove_certificates({}, {chain().leaf}, login) == 0);
  REQUIRE(fake.get().remove_certificates({}, {}, login) == 0);
}

TEST_CASE("a certificate that cannot be removed is an error that tells how many went") {
  FakeService fake;
  fake.rule(certificate_rule(chain().leaf, "label=a copies=3"))
      .rule("fail C_DestroyObject nth=2 CKR_ACTION_PROHIBITED");
  const base::Error error = error_of([&] { fake.get().remove_certificates({}, {chain().leaf}, login_with("1234")); });
  REQUIRE(error.return_value() == 0x1B);
  REQUIRE(contains(error.message(), "after 1 of them"));
}
