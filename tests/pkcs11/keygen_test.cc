#include "fake_service.h"
#include "pkcs11/key_plan.h"

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

TEST_CASE("mechanisms are tried in order, on only after one that is not known") {
  struct Way {
    std::string offered, used;
    KeySpec spec;
    int calls;
  };
  const auto way = GENERATE(values<Way>({
      {"raw,generate", "CKM_RSA_PKCS_KEY_PAIR_GEN", KeySpec::rsa_2048, 1},
      {"raw,CKM_RSA_X9_31_KEY_PAIR_GEN", "CKM_RSA_X9_31_KEY_PAIR_GEN", KeySpec::rsa_2048, 2},
      {"raw", "0x80000142", KeySpec::rsa_2048, 3},
      {"raw,generate", "CKM_EC_KEY_PAIR_GEN", KeySpec::ec_256, 1},
  }));
  FakeService fake;
  fake.rule("quirk quick-generate").rule("mechanisms " + way.offered).rule("mechanism 0x80000142 generates=RSA");
  GenerateOrder order = order_for(way.spec);
  order.mechanism = 0x80000142;
  REQUIRE(generate(fake, order).mechanism == way.used);
  REQUIRE(fake.calls("C_GenerateKeyPair") == way.calls);
}

TEST_CASE("an EC key is made with a vendor's mechanism when the token knows no other") {
  FakeService fake;
  fake.rule("quirk quick-generate").rule("mechanisms raw").rule("mechanism 0x80000143 generates=EC");
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.mechanism = 0x80000143;
  REQUIRE(generate(fake, order).mechanism == "0x80000143");
  REQUIRE(fake.calls("C_GenerateKeyPair") == 2);
}

TEST_CASE("a token that knows no mechanism is named with those that were tried") {
  FakeService fake;
  fake.rule("mechanisms raw");
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::rsa_2048)); });
  require_error(error, ErrorKind::not_capable, 0x70);
  REQUIRE(contains(error.hint(), "tried: CKM_RSA_PKCS_KEY_PAIR_GEN, CKM_RSA_X9_31_KEY_PAIR_GEN; a vendor's mechanism"));
}

TEST_CASE("another failure than an unknown mechanism ends the generation") {
  FakeService fake;
  fake.rule("fail C_GenerateKeyPair CKR_MECHANISM_PARAM_INVALID");
  REQUIRE_ERROR(generate(fake, order_for(KeySpec::rsa_2048)), ErrorKind::not_capable, 0x71);
  REQUIRE(fake.calls("C_GenerateKeyPair") == 1);
}

TEST_CASE("a token that wants more in its templates, or less, gets it") {
  struct Taste {
    std::string rule;
    int calls;
  };
  const auto taste = GENERATE(values<Taste>({
      {"template CKA_KEY_TYPE private wanted", 2},
      {"template CKA_KEY_TYPE public wanted", 2},
      {"template CKA_CLASS private wanted CKR_TEMPLATE_INCONSISTENT", 2},
      {"template CKA_PRIVATE public wanted", 2},
      {"template CKA_VERIFY refused", 2},
      {"template CKA_PUBLIC_EXPONENT refused CKR_ATTRIBUTE_READ_ONLY", 2},
      {"template CKA_PUBLIC_EXPONENT refused CKR_ATTRIBUTE_VALUE_INVALID", 2},
      {"template CKA_PUBLIC_EXPONENT refused CKR_TEMPLATE_INCONSISTENT", 3},
  }));
  INFO(taste.rule);
  FakeService fake;
  fake.rule("quirk quick-generate").rule(taste.rule);
  const GeneratedKey made = generate(fake, order_for(KeySpec::rsa_2048));
  REQUIRE(made.sensitive);
  REQUIRE_FALSE(made.extractable);
  REQUIRE(fake.calls("C_GenerateKeyPair") == taste.calls);
}

TEST_CASE("a token that cannot be pleased: the error names the attributes that it was given") {
  FakeService fake;
  fake.rule("template CKA_SUBJECT private wanted");
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::ec_256)); });
  require_error(error, ErrorKind::not_capable, 0xD0);
  REQUIRE(contains(error.hint(), "the public half had CKA_CLASS, CKA_KEY_TYPE, CKA_TOKEN"));
  REQUIRE(contains(error.hint(),
                   "that of the private half CKA_CLASS, CKA_KEY_TYPE, CKA_TOKEN, CKA_PRIVATE, CKA_SENSITIVE"));
  REQUIRE(fake.calls("C_GenerateKeyPair") == 2);
}

TEST_CASE("what protects the key is never left out") {
  const auto name = GENERATE(as<std::string>{}, "CKA_SENSITIVE", "CKA_EXTRACTABLE", "CKA_PRIVATE");
  FakeService fake;
  fake.rule("quirk quick-generate").rule("template " + name + " private refused");
  REQUIRE_ERROR(generate(fake, order_for(KeySpec::ec_256)), ErrorKind::not_capable, 0x12);
  REQUIRE(objects_left(fake) == 0);
}

TEST_CASE("extra attributes reach the half they are for") {
  FakeService fake;
  fake.rule("quirk quick-generate").rule("quirk takes-vendor-attributes");
  GenerateOrder order = order_for(KeySpec::ec_256);
  for (const char* text : {"private:CKA_UNWRAP=true", "private:0x80000001=hex:0a0b", "public:CKA_ENCRYPT=true"})
    order.extra.push_back(parse_extra_attribute(text));
  InspectOrder made;
  made.uri = generate(fake, order).key.uri;
  const Login login = login_with("1234");
  const KeyDetails details = fake.get().describe(made, &login);
  REQUIRE(attribute(details, "private key", "CKA_UNWRAP") == "true");
  REQUIRE(attribute(details, "public key", "CKA_ENCRYPT") == "true");
  REQUIRE(attribute(details, "private key", "CKA_DECRYPT") == "false");
}

TEST_CASE("an extra attribute that the token made something else of is found") {
  FakeService fake;
  fake.rule("quirk quick-generate").rule("attribute CKA_UNWRAP private value=00");
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.extra = {parse_extra_attribute("private:CKA_UNWRAP=true")};
  const base::Error error = error_of([&] { generate(fake, order); });
  require_error(error, ErrorKind::not_capable);
  REQUIRE(contains(error.message(), "CKA_UNWRAP is false and not true"));
  REQUIRE(objects_left(fake) == 0);
}

TEST_CASE("an extra attribute that is always set is refused before a PIN is used") {
  FakeService fake;
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.extra = {parse_extra_attribute("private:CKA_EXTRACTABLE=true")};
  const base::Error error = error_of([&] { generate(fake, order); });
  require_error(error, ErrorKind::invalid_request);
  REQUIRE(contains(error.message(), "CKA_EXTRACTABLE of the private key: it is always set"));
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a token that says it needs no login and wants one: the error names the quirk") {
  FakeService fake;
  fake.rule("token label=t no-login").rule("fail C_GenerateKeyPair CKR_USER_NOT_LOGGED_IN");
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::ec_256)); });
  REQUIRE(error.return_value() == 0x101);
  REQUIRE(contains(error.hint(), "quirk force-login"));
}

TEST_CASE("the quirk is not named where it would not help") {
  const auto token = GENERATE(as<std::string>{}, "token label=t", "token label=t no-login no-user-pin");
  FakeService fake;
  fake.rule(token).rule("fail C_GenerateKeyPair CKR_USER_NOT_LOGGED_IN");
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::ec_256)); });
  REQUIRE(error.return_value() == 0x101);
  REQUIRE_FALSE(contains(error.hint(), "force-login"));
}

TEST_CASE("whether a new key always wants authentication is read back") {
  const bool always = GENERATE(false, true);
  FakeService fake;
  fake.rule("quirk quick-generate");
  GenerateOrder order = order_for(KeySpec::ec_256);
  order.always_authenticate = always;
  REQUIRE(generate(fake, order).always_authenticate == always);
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

TEST_CASE("a failed generation never destroys a key of that label that somebody else made meanwhile") {
  FakeService fake;
  fake.rule("quirk quick-generate").rule("fail C_GenerateKeyPair nth=2 CKR_DEVICE_ERROR");
  LocalService other{Timeouts{}, fake.clock};
  fake.progress.before_generation = [&] {
    GenerateOrder order = order_for(KeySpec::ec_384);
    order.id = {1, 2};
    other.load(fake.settings);
    other.generate(order, login_with("1234"));
  };
  const base::Error error = error_of([&] { generate(fake, order_for(KeySpec::ec_256)); });
  require_error(error, ErrorKind::token_failed, 0x30);
  REQUIRE(contains(error.hint(), "objects labelled \"new\" with another id are on the token"));
  REQUIRE(fake.calls("C_DestroyObject") == 0);
  REQUIRE(objects_left(fake) == 2);
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

TEST_CASE("remove never destroys the private half of another key of the same label") {
  FakeService fake;
  fake.rule("key P-256 label=release id=01 private=no").rule("key P-384 label=release id=02 public=no");
  const Login login = login_with("1234");
  Uri first = key_named("release").uri;
  first.id = base::Bytes{1};
  fake.get().remove(first, FakeService::test_key(KeySpec::ec_256), login);
  REQUIRE(fake.calls("C_DestroyObject") == 1);
  REQUIRE(objects_left(fake) == 1);
  REQUIRE(fake.service.survey({}, &login).tokens.front().keys.front().uri.id == base::Bytes{2});
}

TEST_CASE("remove destroys nothing where a label alone says whose the private half is") {
  const auto ids = GENERATE(as<std::string>{}, "public-id=01", "private-id=02", "");
  INFO(ids);
  FakeService fake;
  fake.rule("key P-256 label=release " + ids);
  const Login login = login_with("1234");
  const base::Error error =
      error_of([&] { fake.get().remove(key_named("release").uri, FakeService::test_key(KeySpec::ec_256), login); });
  require_error(error, ErrorKind::not_capable);
  REQUIRE(contains(error.message(), "has its label alone"));
  REQUIRE(fake.calls("C_DestroyObject") == 0);
}

TEST_CASE("remove destroys both halves without an id where the private one shows its public key") {
  FakeService fake;
  fake.rule("key RSA-2048 label=release");
  fake.get().remove(key_named("release").uri, FakeService::test_key(KeySpec::rsa_2048), login_with("1234"));
  REQUIRE(fake.calls("C_DestroyObject") == 2);
}
