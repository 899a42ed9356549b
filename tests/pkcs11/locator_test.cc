#include "fake_service.h"

// Which key a URI means.

using namespace fake_service;
using base::ErrorKind;

TEST_CASE("a key is found by its id alone, and by label and id together") {
  FakeService fake;
  fake.rule("key P-256 label=a id=01").rule("key P-384 label=a id=02");
  REQUIRE(fake.inspect(key_with_id({1})).key->public_key == FakeService::test_key(KeySpec::ec_256));
  InspectOrder both = key_named("a");
  both.uri.id = base::Bytes{2};
  REQUIRE(fake.inspect(both).key->public_key == FakeService::test_key(KeySpec::ec_384));
}

TEST_CASE("two different keys are an error that lists both as URIs with their kind") {
  FakeService fake;
  fake.rule("token label=prod serial=77").rule("key P-256 label=a id=01").rule("key RSA-3072 label=a id=02");
  const base::Error error = error_of([&] { fake.inspect(key_named("a")); });
  require_error(error, ErrorKind::ambiguous_key);
  REQUIRE(error.message() == "cannot find key pkcs11:object=a: 2 different keys match");
  REQUIRE(contains(error.hint(), "pkcs11:token=prod;serial=77;object=a;id=%01  (EC-256)"));
  REQUIRE(contains(error.hint(), "pkcs11:token=prod;serial=77;object=a;id=%02  (RSA-3072)"));
}

TEST_CASE("the leaf's key chooses among several, and says so when none of them fits") {
  FakeService fake;
  fake.rule("key P-256 label=a id=01").rule("key RSA-3072 label=a id=02");
  InspectOrder order = key_named("a");
  order.expected = FakeService::test_key(KeySpec::rsa_3072);
  REQUIRE(fake.inspect(order).key->uri.id == base::Bytes{2});
  order.expected = FakeService::test_key(KeySpec::rsa_4096);
  const base::Error error = error_of([&] { fake.inspect(order); });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(contains(error.message(), "none of them is the certificate's"));
  REQUIRE(contains(error.hint(), "id=%01"));
}

TEST_CASE("the only match is shown even if it is not the leaf's key") {
  FakeService fake;
  fake.rule("key P-256 label=a id=01");
  InspectOrder order = key_named("a");
  order.expected = FakeService::test_key(KeySpec::rsa_3072);
  REQUIRE(fake.inspect(order).key->public_key == FakeService::test_key(KeySpec::ec_256));
}

TEST_CASE("the same key in two slots is one key, the first slot's, with a remark") {
  FakeService fake;
  fake.rule("token label=ha serial=1 slot=5")
      .rule("key P-256 label=k id=01")
      .rule("token label=ha serial=2 slot=6")
      .rule("key P-256 label=k id=01");
  const Inspection found = fake.inspect(key_named("k"));
  REQUIRE(found.token.slot_id == 5);
  REQUIRE(found.remarks.size() == 1);
  REQUIRE(contains(found.remarks[0], "serial=2"));
  fake.sign(key_named("k"));
  const Login login = login_with("1234");
  REQUIRE_ERROR(fake.service.remove(key_named("k").uri, FakeService::test_key(KeySpec::ec_256), login),
                ErrorKind::ambiguous_key);
  REQUIRE(fake.calls("C_DestroyObject") == 0);
}

TEST_CASE("copies of one key in one token are one key") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 copies=2");
  REQUIRE(fake.inspect(key_named("k")).key->public_key == FakeService::test_key(KeySpec::ec_256));
}

TEST_CASE("token attributes choose the slot; uninitialised tokens and empty slots are passed over") {
  FakeService fake;
  fake.rule("token uninitialised")
      .rule("empty-slot")
      .rule("token label=one serial=1 model=A manufacturer=X")
      .rule("key P-256 label=k id=01")
      .rule("token label=two serial=2 model=B manufacturer=Y slot=9")
      .rule("key P-384 label=k id=01");
  InspectOrder order = key_named("k");
  REQUIRE_ERROR(fake.inspect(order), ErrorKind::ambiguous_key);
  std::vector<Uri> ways(5, order.uri);
  ways[0].token = "two";
  ways[1].serial = "2";
  ways[2].model = "B";
  ways[3].manufacturer = "Y";
  ways[4].slot_id = 9;
  for (const Uri& uri : ways) {
    order.uri = uri;
    INFO(format_uri(uri));
    REQUIRE(fake.inspect(order).token.label == "two");
  }
}

TEST_CASE("the quirk serial-ignored takes any serial number and shows none") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::serial_ignored);
  fake.rule("token label=one serial=1").rule("key P-256 label=k id=01");
  InspectOrder order = key_named("k");
  order.uri.serial = "999";
  REQUIRE_FALSE(fake.inspect(order).key->uri.serial);
}

TEST_CASE("NUL padding around a token's text does not matter") {
  FakeService fake;
  fake.rule("token label=prod serial=12 nul-padded").rule("key P-256 label=k id=01");
  InspectOrder order = key_named("k");
  order.uri.token = "prod";
  order.uri.serial = "12";
  REQUIRE(fake.inspect(order).token.label == "prod");
}

TEST_CASE("a slot that cannot be read is a remark when the key is elsewhere, and the error when it is not") {
  const auto slot = GENERATE(as<std::string>{}, "C_GetTokenInfo", "C_OpenSession");
  FakeService fake;
  fake.rule("token label=bad slot=3")
      .rule("token label=good slot=4")
      .rule("key P-256 label=k id=01")
      .rule("fail slot=3 " + slot + " CKR_TOKEN_NOT_RECOGNIZED");
  const Inspection found = fake.inspect(key_named("k"));
  REQUIRE(found.token.slot_id == 4);
  REQUIRE(found.remarks.size() == 1);
  REQUIRE(contains(found.remarks[0], "CKR_TOKEN_NOT_RECOGNIZED"));
}

TEST_CASE("when the only token fails, its failure is the error") {
  for (const char* function : {"C_GetTokenInfo", "C_OpenSession", "C_FindObjectsInit", "C_FindObjects",
                               "C_GetAttributeValue", "C_GetSlotList"}) {
    INFO(function);
    FakeService fake;
    fake.rule("key P-256 label=k id=01").rule(std::string("fail ") + function + " CKR_DEVICE_REMOVED");
    const base::Error error = error_of([&] { fake.inspect(key_named("k")); });
    require_error(error, ErrorKind::token_failed, 0x32);
    REQUIRE(contains(error.message(), "CKR_DEVICE_REMOVED"));
    REQUIRE(error.module() == fake.settings.path);
    REQUIRE(fake.calls("C_FindObjectsInit") ==
            fake.calls("C_FindObjectsFinal") + (std::string(function) == "C_FindObjectsInit"));
  }
}

TEST_CASE("a token without the key, which needs no login, says what it has, the most similar first") {
  FakeService fake;
  fake.rule("token label=prod no-login").rule("key P-256 label=zebra id=01").rule("key P-384 label=Release id=02");
  const base::Error error = error_of([&] { fake.inspect(key_named("release")); });
  require_error(error, ErrorKind::key_not_found);
  const std::size_t near = error.hint().find("object=Release"), far = error.hint().find("object=zebra");
  REQUIRE(near != std::string::npos);
  REQUIRE(far != std::string::npos);
  REQUIRE(near < far);
}

TEST_CASE("a missing token's error lists the tokens that are there") {
  FakeService fake;
  fake.rule("token label=prod serial=1").rule("token label=test serial=2");
  InspectOrder order = key_named("k");
  order.uri.token = "prodd";
  const base::Error error = error_of([&] { fake.inspect(order); });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(error.message() == "cannot find key pkcs11:token=prodd;object=k: no such token is present");
  REQUIRE(error.hint().find("token=prod;") < error.hint().find("token=test;"));
}

TEST_CASE("a key that is hidden until a login is no error before it") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 public=hidden");
  const Inspection before = fake.inspect(key_named("k"));
  REQUIRE_FALSE(before.key);
  REQUIRE(before.mechanism.empty());
  REQUIRE(before.token.label == "fake");
  REQUIRE(fake.calls("C_Login") == 0);
  const Login login = login_with("1234");
  const Inspection after = fake.service.inspect(key_named("k"), &login);
  REQUIRE(after.key->public_key == FakeService::test_key(KeySpec::ec_256));
  REQUIRE(after.key->has_private);
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 1);
}

TEST_CASE("a hidden key signs without a look at it after the login") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 public=hidden");
  fake.inspect(key_named("k"));
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 1);
  REQUIRE(fake.calls("C_FindObjectsInit") == 2);
}

TEST_CASE("a key that is not there after the login either is not found") {
  FakeService fake;
  fake.rule("key P-256 label=other id=01 public=hidden");
  const Login login = login_with("1234");
  const base::Error error = error_of([&] { fake.get().inspect(key_named("k"), &login); });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(contains(error.hint(), "object=other"));
}

TEST_CASE("several tokens that show nothing are ambiguous, because a PIN is for one of them") {
  FakeService fake;
  fake.rule("token label=one serial=1").rule("token label=two serial=2");
  const base::Error error = error_of([&] { fake.inspect(key_named("k")); });
  require_error(error, ErrorKind::ambiguous_key);
  REQUIRE(contains(error.hint(), "pkcs11:token=one;serial=1;object=k"));
}

TEST_CASE("the private half is found by the public half's id when it has no label") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 private-label=\"\"").rule("key P-384 label=other id=02");
  fake.sign(key_named("k"));
}

TEST_CASE("the private half is found by its label when there is no id, or another one and it shows whose it is") {
  FakeService fake;
  fake.rule("key P-256 label=k").rule("key RSA-2048 label=m public-id=01 private-id=02");
  fake.sign(key_named("k"));
  fake.sign(key_named("m"), KeySpec::rsa_2048);
}

TEST_CASE("a private half with the label of the key and an id of its own never signs in its place") {
  FakeService fake;
  fake.rule("key P-256 label=release id=01 private=no").rule("key P-384 label=release id=02 public=no");
  InspectOrder order = key_named("release");
  order.uri.id = base::Bytes{1};
  const Login login = login_with("1234");
  const base::Error error = error_of([&] {
    fake.get().sign(SignOrders::over(KeySpec::ec_256, "x"), order, FakeService::test_key(KeySpec::ec_256), &login);
  });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(contains(error.message(), "its private half is not on the token"));
  REQUIRE(fake.calls("C_SignInit") == 0);
}

TEST_CASE("a key without a public half signs, and shows what its private half tells after a login") {
  FakeService fake;
  fake.rule("key RSA-2048 label=k id=01 public=no");
  REQUIRE_FALSE(fake.inspect(key_named("k")).key);
  const Login login = login_with("1234");
  REQUIRE(fake.service.inspect(key_named("k"), &login).key->public_key == FakeService::test_key(KeySpec::rsa_2048));
  fake.sign(key_named("k"), KeySpec::rsa_2048);
}

TEST_CASE("a key pair whose private half is missing says so after the login") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 private=no");
  const Login login = login_with("1234");
  const base::Error error = error_of([&] {
    fake.get().sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("k"), FakeService::test_key(KeySpec::ec_256),
                    &login);
  });
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(contains(error.message(), "its private half is not on the token"));
}

TEST_CASE("a key that is not there even after the login is said not to be there, by what it was named with") {
  struct Case {
    std::optional<std::string> label;
    std::optional<base::Bytes> id;
    const char* text;
  };
  for (const Case& test : {Case{"relase", {}, ": no key of that label is on the token \"fake\""},
                           Case{{}, base::Bytes{9}, ": no key of that id is on the token \"fake\""},
                           Case{"k", base::Bytes{9}, ": no key of that label and id is on the token \"fake\""}}) {
    FakeService fake;
    fake.rule("key P-256 label=k id=01");
    InspectOrder order;
    order.uri.object = test.label;
    order.uri.id = test.id;
    const Login login = login_with("1234");
    const base::Error error = error_of([&] {
      fake.get().sign(SignOrders::over(KeySpec::ec_256, "x"), order, FakeService::test_key(KeySpec::ec_256), &login);
    });
    require_error(error, ErrorKind::key_not_found);
    INFO(error.message());
    REQUIRE(contains(error.message(), test.text));
    REQUIRE(contains(error.hint(), "object=k;id=%01"));
    REQUIRE_FALSE(contains(error.hint(), "quirk"));
  }
}

TEST_CASE("a public half that only a login shows counts as there") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 public=hidden private=no");
  const Login login = login_with("1234");
  const base::Error error = error_of([&] {
    fake.get().sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("k"), FakeService::test_key(KeySpec::ec_256),
                    &login);
  });
  REQUIRE(contains(error.message(), "its private half is not on the token"));
}

TEST_CASE("two private keys under one id are told apart by what is known of them, else they are ambiguous") {
  FakeService fake;
  fake.rule("key RSA-2048 label=a id=01").rule("key RSA-3072 label=b id=01 public=no");
  fake.sign(key_named("a"), KeySpec::rsa_2048);
  FakeToken& token = fake.token;
  REQUIRE(token.calls("C_Sign") == 1);

  FakeService unknown;
  unknown.rule("key P-256 label=a id=01").rule("key P-384 label=b id=01 public=no");
  const Login login = login_with("1234");
  REQUIRE_ERROR(unknown.get().sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("a"),
                                   FakeService::test_key(KeySpec::ec_256), &login),
                ErrorKind::ambiguous_key);
}

TEST_CASE("EC points come as octet string or bare, and curves by name") {
  const auto quirk = GENERATE(as<std::string>{}, "quirk ec-point raw", "quirk ec-params name");
  FakeService fake;
  fake.rule("key P-256 label=a id=01").rule("key P-384 label=b id=02").rule("key P-521 label=c id=03").rule(quirk);
  REQUIRE(fake.inspect(key_named("a")).key->public_key == FakeService::test_key(KeySpec::ec_256));
  REQUIRE(fake.inspect(key_named("b")).key->public_key == FakeService::test_key(KeySpec::ec_384));
  REQUIRE(fake.inspect(key_named("c")).key->public_key == FakeService::test_key(KeySpec::ec_521));
}

TEST_CASE("a public key that cannot be read is a remark that says why") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("quirk ec-params explicit");
  const Inspection found = fake.inspect(key_named("k"));
  REQUIRE(found.key);
  REQUIRE_FALSE(found.key->public_key);
  REQUIRE(found.remarks.size() == 1);
  REQUIRE(contains(found.remarks[0], "cannot be used"));
}

TEST_CASE("attributes that come one by one, and objects that do, make no difference") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01")
      .rule("key RSA-2048 label=k id=02")
      .rule("quirk whole-attribute-batch-fails")
      .rule("quirk one-object-at-a-time")
      .rule("quirk picky-search");
  InspectOrder order = key_named("k");
  order.expected = FakeService::test_key(KeySpec::rsa_2048);
  REQUIRE(fake.inspect(order).key->uri.id == base::Bytes{2});
  fake.sign(order, KeySpec::rsa_2048);
  REQUIRE_ERROR(fake.inspect(key_named("k")), ErrorKind::ambiguous_key);
}

TEST_CASE("the type in a URI means the pair; one that is no key pair is refused") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  InspectOrder order = key_named("k");
  for (const auto type : {ObjectType::public_key, ObjectType::private_key, ObjectType::certificate}) {
    order.uri.type = type;
    REQUIRE(fake.inspect(order).key);
  }
  order.uri.type = ObjectType::secret_key;
  REQUIRE_ERROR(fake.inspect(order), ErrorKind::invalid_uri);
  REQUIRE_ERROR(fake.inspect(InspectOrder{}), ErrorKind::invalid_uri);
}

TEST_CASE("an empty label in a URI means an object without one") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("key P-384 id=02");
  REQUIRE(fake.inspect(key_named("")).key->uri.id == base::Bytes{2});
}
