#include "fake_service.h"

// Making and removing key pairs.

using namespace fake_service;
using base::ErrorKind;

namespace {

GenerateOrder order_for(KeySpec spec, const std::string& label = "new") {
  GenerateOrder order;
  order.spec = spec;
  order.label = label;
  order.id = {0xAB, 0xCD};
  return order;
}

GeneratedKey generate(FakeService& fake, const GenerateOrder& order) {
  return fake.get().generate(order, login_with("1234"));
}

int objects_left(FakeService& fake) {
  const Login login = login_with("1234");
  int count = 0;
  for (const auto& token : fake.get().survey({}, &login).tokens)
    for (const auto& key : token.keys)
      count += key.has_private + key.has_public;
  return count;
}

}  // namespace

TEST_CASE("a generated key is read back and signs") {
  FakeService fake;
  fake.rule("token label=t serial=5").rule("quirk quick-generate");
  for (const KeySpecTraits& traits : all_key_specs()) {
    INFO(traits.name);
    GenerateOrder order = order_for(traits.spec, std::string(traits.name));
    order.id.push_back(static_cast<std::uint8_t>(traits.bits >> 4));
    const GeneratedKey made = generate(fake, order);
    REQUIRE(made.key.public_key == FakeService::test_key(traits.spec));
    REQUIRE(made.key.has_private);
    REQUIRE(made.key.has_public);
    REQUIRE(made.key.uri.object == order.label);
    REQUIRE(made.key.uri.id == order.id);
    REQUIRE(made.token.label == "t");
    REQUIRE(made.sensitive);
    REQUIRE_FALSE(made.extractable);
    InspectOrder found;
    found.uri = made.key.uri;
    fake.sign(found, traits.spec);
  }
}

TEST_CASE("nothing is generated under a label or id that exists") {
  FakeService fake;
  fake.rule("key P-256 label=old id=ABCD").rule("certificate value=3000 label=new");
  REQUIRE_ERROR(generate(fake, order_for(KeySpec::ec_256, "other")), ErrorKind::invalid_request);
  REQUIRE_ERROR(generate(fake, order_for(KeySpec::ec_256, "old")), ErrorKind::invalid_request);
  REQUIRE_ERROR(generate(fake, order_for(KeySpec::ec_256, "new")), ErrorKind::invalid_request);
  REQUIRE(fake.calls("C_GenerateKeyPair") == 0);
}

TEST_CASE("RSA keys are made the other way where the first is not known") {
  FakeService fake;
  fake.rule("quirk quick-generate")
      .rule("fail mechanism=CKM_RSA_PKCS_KEY_PAIR_GEN C_GenerateKeyPair CKR_MECHANISM_INVALID");
  try {
    generate(fake, order_for(KeySpec::rsa_2048));
  } catch (const base::Error& error) {
    INFO(error.message());
    REQUIRE(error.kind() == ErrorKind::not_capable);
  }
  REQUIRE(fake.calls("C_GenerateKeyPair") == 2);
}

TEST_CASE("a key that is not as asked is destroyed, and the error says so") {
  const auto oddity = GENERATE(as<std::string>{}, "attribute CKA_SENSITIVE private value=00",
                               "attribute CKA_EXTRACTABLE private value=01", "attribute CKA_ID public value=0102",
                               "attribute CKA_LABEL public value=6161", "attribute CKA_EC_POINT public unavailable");
  INFO(oddity);
  FakeService fake;
  fake.rule("quirk quick-generate").rule(oddity);
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::ec_256)); });
  require_error(error, ErrorKind::not_capable);
  REQUIRE(contains(error.message(), "the token made something else"));
  REQUIRE(contains(error.hint(), "destroyed"));
  REQUIRE(fake.calls("C_DestroyObject") == 2);
  REQUIRE(objects_left(fake) == 0);
}

TEST_CASE("a key that should always want authentication and does not is destroyed") {
  FakeService fake;
  fake.rule("quirk quick-generate").rule("attribute CKA_ALWAYS_AUTHENTICATE private value=00");
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.always_authenticate = true;
  REQUIRE_ERROR(generate(fake, order), ErrorKind::not_capable);
  REQUIRE(objects_left(fake) == 0);
}

TEST_CASE("a generation that fails after the fact leaves nothing behind") {
  FakeService fake;
  fake.rule("quirk quick-generate").rule("fail C_GenerateKeyPair after CKR_DEVICE_ERROR");
  require_error(error_of([&] { generate(fake, order_for(KeySpec::ec_256)); }), ErrorKind::token_failed, 0x30);
  REQUIRE(fake.calls("C_GenerateKeyPair") == 1);
  REQUIRE(objects_left(fake) == 0);
}

TEST_CASE("what cannot be destroyed is said") {
  FakeService fake;
  fake.rule("quirk quick-generate")
      .rule("attribute CKA_SENSITIVE private value=00")
      .rule("fail C_DestroyObject CKR_ACTION_PROHIBITED");
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::ec_256)); });
  REQUIRE(contains(error.hint(), "may be left on the token"));
}

TEST_CASE("generation needs one token, named") {
  FakeService fake;
  fake.rule("token label=one serial=1").rule("token label=two serial=2").rule("quirk quick-generate");
  GenerateOrder order = order_for(KeySpec::ec_256);
  REQUIRE_ERROR(generate(fake, order), ErrorKind::ambiguous_key);
  order.token.token = "three";
  REQUIRE_ERROR(generate(fake, order), ErrorKind::key_not_found);
  order.token.token = "two";
  REQUIRE(generate(fake, order).token.label == "two");
}

TEST_CASE("a write-protected token is said to be one") {
  FakeService fake;
  fake.rule("token label=t write-protected");
  require_error(error_of([&] { generate(fake, order_for(KeySpec::ec_256)); }), ErrorKind::not_capable, 0xE2);
}

TEST_CASE("remove destroys both halves of the expected key and nothing else") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("key P-384 label=other id=02").rule("certificate value=3000 label=k id=01");
  const Login login = login_with("1234");
  REQUIRE_ERROR(fake.get().remove(key_named("k").uri, FakeService::test_key(KeySpec::ec_384), login),
                ErrorKind::key_not_found);
  REQUIRE(fake.calls("C_DestroyObject") == 0);
  fake.service.remove(key_named("k").uri, FakeService::test_key(KeySpec::ec_256), login);
  REQUIRE(fake.calls("C_DestroyObject") == 2);
  REQUIRE(objects_left(fake) == 2);
}
