#include "key_details.h"

#include "fake_service.h"
#include "support/certificates.h"

// Everything that a token shows of one key.

using namespace fake_service;
using base::ErrorKind;

namespace {

KeyDetails described(FakeService& fake, const InspectOrder& order, bool with_login = true) {
  const Login login = login_with("1234");
  return fake.get().describe(order, with_login ? &login : nullptr);
}

std::vector<std::string> types(const KeyDetails& details) {
  std::vector<std::string> all;
  for (const ObjectView& object : details.objects)
    all.push_back(object.type);
  return all;
}

using Types = std::vector<std::string>;

}  // namespace

TEST_CASE("without a login, a key's public objects are described") {
  FakeService fake;
  fake.rule("token label=t serial=5").rule("key RSA-2048 label=k id=01").rule("certificate value=3000 label=k id=01");
  const KeyDetails details = described(fake, key_named("k"), false);
  REQUIRE(fake.calls("C_Login") == 0);
  REQUIRE(types(details) == Types{"public key", "certificate"});
  REQUIRE(details.token.label == "t");
  REQUIRE(details.token.slot_description == "fake slot");
  REQUIRE(details.key.public_key == FakeService::test_key(KeySpec::rsa_2048));
  REQUIRE_FALSE(details.key.has_private);
  REQUIRE(attribute(details, "public key", "CKA_LABEL") == "k");
  REQUIRE(attribute(details, "public key", "CKA_ID") == "01");
  REQUIRE(attribute(details, "public key", "CKA_KEY_TYPE") == "CKK_RSA");
  REQUIRE(attribute(details, "public key", "CKA_MODULUS_BITS") == "2048");
  REQUIRE(attribute(details, "certificate", "CKA_CERTIFICATE_TYPE") == "CKC_X_509");
  REQUIRE(attribute(details, "certificate", "CKA_TRUSTED") == "false");
  REQUIRE(details.mechanisms == std::vector<std::string>{"CKM_RSA_PKCS_PSS", "CKM_SHA256_RSA_PKCS_PSS"});
}

TEST_CASE("with a login, the private half is described too, and nothing secret is asked for") {
  FakeService fake;
  fake.rule("key P-384 label=k id=01 always-authenticate mechanisms=CKM_ECDSA_SHA384");
  const KeyDetails details = described(fake, key_named("k"));
  REQUIRE(fake.calls("C_Login") == 1);
  REQUIRE(types(details) == Types{"public key", "private key"});
  REQUIRE(details.key.has_private);
  REQUIRE(attribute(details, "private key", "CKA_SENSITIVE") == "true");
  REQUIRE(attribute(details, "private key", "CKA_EXTRACTABLE") == "false");
  REQUIRE(attribute(details, "private key", "CKA_ALWAYS_AUTHENTICATE") == "true");
  REQUIRE(attribute(details, "private key", "CKA_ALLOWED_MECHANISMS") == "CKM_ECDSA_SHA384");
  REQUIRE(attribute(details, "private key", "CKA_KEY_GEN_MECHANISM") == "CKM_EC_KEY_PAIR_GEN");
  REQUIRE(details.mechanisms == std::vector<std::string>{"CKM_ECDSA_SHA384"});
  for (const char* secret : {"CKA_PRIVATE_EXPONENT", "CKA_PRIME", "CKA_EXPONENT_", "CKA_COEFFICIENT", "CKA_VALUE"})
    REQUIRE(fake.token.log(secret).empty());
}

TEST_CASE("attributes that a token does not have are left out, the others stay") {
  FakeService fake;
  fake.rule("key RSA-2048 label=k id=01")
      .rule("attribute CKA_ALWAYS_AUTHENTICATE private unavailable")
      .rule("attribute CKA_LOCAL private sensitive")
      .rule("attribute CKA_COPYABLE unavailable")
      .rule("quirk whole-attribute-batch-fails");
  const KeyDetails details = described(fake, key_named("k"));
  REQUIRE(attribute(details, "private key", "CKA_ALWAYS_AUTHENTICATE").empty());
  REQUIRE(attribute(details, "private key", "CKA_LOCAL").empty());
  REQUIRE(attribute(details, "private key", "CKA_NEVER_EXTRACTABLE") == "true");
  REQUIRE(attribute(details, "public key", "CKA_VERIFY") == "true");
}

TEST_CASE("a key of which nothing is visible without a login") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 public=no");
  const base::Error error = error_of([&] { described(fake, key_named("k"), false); });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(contains(error.hint(), "PIN"));
  const KeyDetails details = described(fake, key_named("k"));
  REQUIRE(types(details) == Types{"private key"});
  REQUIRE(details.mechanisms.empty());
}

TEST_CASE("a private half with another label is found by the key's id") {
  FakeService fake;
  fake.rule("key P-256 public-label=k private-label=other id=01");
  REQUIRE(types(described(fake, key_named("k"))) == Types{"public key", "private key"});
  REQUIRE(types(described(fake, key_named("other"))) == Types{"public key", "private key"});
}

TEST_CASE("a certificate under the key's id and another label belongs to it") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("certificate value=3000 label=other id=01");
  REQUIRE(types(described(fake, key_named("k"))) == Types{"public key", "private key", "certificate"});
}

TEST_CASE("a hidden key of the same label does not hide the one that is meant") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("key P-384 label=k id=02 public=hidden");
  REQUIRE(described(fake, key_named("k")).key.public_key == FakeService::test_key(KeySpec::ec_256));
}

TEST_CASE("a key with two private halves, or one of another key, is described as it is") {
  FakeService fake;
  fake.rule("key RSA-2048 label=k id=01")
      .rule("key P-256 label=twice id=02")
      .rule("key P-256 label=twice id=02 public=no");
  REQUIRE(types(described(fake, key_named("twice"))) == Types{"public key", "private key", "private key"});
  REQUIRE(types(described(fake, key_named("k"))) == Types{"public key", "private key"});
}

TEST_CASE("keys that are not there or are several are errors as for signing") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("key P-384 label=k id=02");
  REQUIRE_ERROR(described(fake, key_named("k")), ErrorKind::ambiguous_key);
  REQUIRE_ERROR(described(fake, key_named("x")), ErrorKind::key_not_found);
  REQUIRE_ERROR(described(fake, InspectOrder{}), ErrorKind::invalid_uri);
}

TEST_CASE("a wrong PIN is an error though the public half is visible") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  const Login wrong = login_with("9999");
  REQUIRE_ERROR(fake.get().describe(key_named("k"), &wrong), ErrorKind::pin_refused);
}

TEST_CASE("a token without a login is not logged in to") {
  FakeService fake;
  fake.rule("token no-login").rule("key P-256 label=k id=01");
  REQUIRE(types(described(fake, key_named("k"))) == Types{"public key", "private key"});
  REQUIRE(fake.calls("C_Login") == 0);
}
