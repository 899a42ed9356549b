#include "fake_service.h"

// From C_SignInit to the signature.

using namespace fake_service;
using base::ErrorKind;

namespace {

base::Error failure(FakeService& fake, KeySpec spec = KeySpec::ec_256, const std::string& pin = "1234") {
  const Login login = login_with(pin);
  return error_of(
      [&] { fake.get().sign(SignOrders::over(spec, "x"), key_named("k"), FakeService::test_key(spec), &login); });
}

}  // namespace

TEST_CASE("every key spec signs with the raw mechanism over our own digest") {
  FakeService fake;
  fake.rule("key RSA-2048 label=a").rule("key RSA-3072 label=b").rule("key RSA-4096 label=c");
  fake.rule("key P-256 label=d").rule("key P-384 label=e").rule("key P-521 label=f");
  const char* label = "a";
  for (const KeySpecTraits& traits : all_key_specs()) {
    INFO(traits.name);
    const std::string mechanism = traits.family == KeyFamily::rsa ? "CKM_RSA_PKCS_PSS" : "CKM_ECDSA";
    const std::string name(1, static_cast<char>(*label + (&traits - all_key_specs().data())));
    REQUIRE(fake.sign(key_named(name), traits.spec).mechanism == mechanism);
  }
}

TEST_CASE("a token with hashing mechanisms alone gets the message") {
  FakeService fake;
  fake.rule("mechanisms hashed").rule("key RSA-3072 label=r id=01").rule("key P-384 label=e id=02");
  REQUIRE(fake.inspect(key_named("r")).mechanism == "CKM_SHA384_RSA_PKCS_PSS");
  REQUIRE(fake.sign(key_named("r"), KeySpec::rsa_3072).mechanism == "CKM_SHA384_RSA_PKCS_PSS");
  REQUIRE(fake.sign(key_named("e"), KeySpec::ec_384).mechanism == "CKM_ECDSA_SHA384");
  REQUIRE(fake.calls("C_SignInit") == 2);
}

TEST_CASE("an approver's answer is PKCS#1 v1.5 or ECDSA, over SHA-256 whatever the key's size") {
  const bool seen_before = GENERATE(false, true);
  FakeService fake;
  fake.rule("key RSA-2048 label=a").rule("key RSA-3072 label=b").rule("key RSA-4096 label=c");
  fake.rule("key P-256 label=d").rule("key P-384 label=e").rule("key P-521 label=f");
  const char* label = "a";
  for (const KeySpecTraits& traits : all_key_specs()) {
    INFO(traits.name);
    const std::string mechanism = traits.family == KeyFamily::rsa ? "CKM_RSA_PKCS" : "CKM_ECDSA";
    const std::string name(1, static_cast<char>(*label + (&traits - all_key_specs().data())));
    if (seen_before) fake.inspect(key_named(name));
    REQUIRE(fake.decide(key_named(name), traits.spec).mechanism == mechanism);
    REQUIRE(fake.sign(key_named(name), traits.spec).mechanism != "CKM_RSA_PKCS");
  }
}

TEST_CASE("a token with hashing mechanisms alone gets the message of an approver's answer") {
  FakeService fake;
  fake.rule("mechanisms hashed").rule("key RSA-4096 label=r id=01").rule("key P-521 label=e id=02");
  REQUIRE(fake.decide(key_named("r"), KeySpec::rsa_4096).mechanism == "CKM_SHA256_RSA_PKCS");
  REQUIRE(fake.decide(key_named("e"), KeySpec::ec_521).mechanism == "CKM_ECDSA_SHA256");
}

TEST_CASE("the quirk hashed-mechanisms-first prefers them") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::hashed_mechanisms_first);
  fake.rule("key P-256 label=k id=01");
  REQUIRE(fake.sign(key_named("k")).mechanism == "CKM_ECDSA_SHA256");
}

TEST_CASE("a mechanism that is not announced is tried all the same") {
  FakeService fake;
  fake.rule("key RSA-2048 label=k id=01").rule("fail C_GetMechanismInfo CKR_MECHANISM_INVALID");
  REQUIRE(fake.sign(key_named("k"), KeySpec::rsa_2048).mechanism == "CKM_RSA_PKCS_PSS");
}

TEST_CASE("a mechanism that cannot sign or does not take the key's size is passed over") {
  const auto limit = GENERATE(as<std::string>{}, "flags=0x400", "min=256 max=256");
  FakeService fake;
  fake.rule("key P-384 label=k id=01").rule("mechanism CKM_ECDSA " + limit);
  REQUIRE(fake.sign(key_named("k"), KeySpec::ec_384).mechanism == "CKM_ECDSA_SHA384");
}

TEST_CASE("key sizes of RSA mechanisms may be announced in bytes") {
  FakeService fake;
  fake.rule("key RSA-2048 label=k id=01").rule("mechanism CKM_RSA_PKCS_PSS min=128 max=512");
  REQUIRE(fake.inspect(key_named("k")).mechanism == "CKM_RSA_PKCS_PSS");
}

TEST_CASE("an announced mechanism that C_SignInit refuses gives way to the next") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("fail mechanism=CKM_ECDSA C_SignInit CKR_MECHANISM_INVALID");
  REQUIRE(fake.sign(key_named("k")).mechanism == "CKM_ECDSA_SHA256");
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("when C_SignInit refuses everything, the first refusal is the error") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 sign=no");
  require_error(failure(fake), ErrorKind::not_capable, 0x68);
  REQUIRE(fake.calls("C_Sign") == 0);
}

TEST_CASE("CKA_ALLOWED_MECHANISMS is obeyed, unless it is known to be wrong") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 mechanisms=CKM_ECDSA_SHA256")
      .rule("key P-256 label=no id=02 mechanisms=CKM_RSA_PKCS");
  REQUIRE(fake.sign(key_named("k")).mechanism == "CKM_ECDSA_SHA256");
  const Login login = login_with("1234");
  REQUIRE_ERROR(fake.service.sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("no"),
                                  FakeService::test_key(KeySpec::ec_256), &login),
                ErrorKind::not_capable);

  FakeService wrong;
  wrong.settings.quirks.set(Quirk::no_allowed_mechanisms);
  wrong.rule("key P-256 label=k id=01").rule("attribute CKA_ALLOWED_MECHANISMS private value=0d00000000000000");
  REQUIRE(wrong.sign(key_named("k")).mechanism == "CKM_ECDSA");
}

TEST_CASE("a key that allows no mechanism of ours is told which to allow, and the quirk by its name") {
  const auto spec = GENERATE(KeySpec::rsa_3072, KeySpec::ec_256);
  FakeService fake;
  fake.rule(std::string("key ") + (spec == KeySpec::ec_256 ? "P-256" : "RSA-3072") +
            " label=k id=01 mechanisms=CKM_RSA_PKCS");
  REQUIRE(failure(fake, spec).hint() == std::string("make a key that allows ") +
                                            (spec == KeySpec::ec_256 ? "CKM_ECDSA or CKM_ECDSA_SHA256"
                                                                     : "CKM_RSA_PKCS_PSS or CKM_SHA384_RSA_PKCS_PSS") +
                                            "; if the list is wrong, set the quirk no-allowed-mechanisms");
}

TEST_CASE("a key that always wants authentication gets it between C_SignInit and C_Sign") {
  const auto kind = GENERATE(as<std::string>{}, "always-authenticate", "always-authenticate=announced");
  FakeService fake;
  fake.rule("key P-256 label=k id=01 " + kind);
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 2);
  REQUIRE(fake.calls("C_Sign") == 1);
  const auto& calls = fake.progress.calls;
  REQUIRE(calls.at(calls.size() - 3) == "sign C_SignInit");
  REQUIRE(calls.at(calls.size() - 2) == "login C_Login");
}

TEST_CASE("a key that wants it without saying so gets one more round on a new session") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 always-authenticate=demanded").rule("quirk operation-survives-refusal");
  fake.sign(key_named("k"));
  REQUIRE(fake.token.results("C_Sign") == std::vector<std::string>{"CKR_USER_NOT_LOGGED_IN", "CKR_OK"});
  REQUIRE(fake.calls("C_OpenSession") == 2);
  REQUIRE(fake.calls("C_Login") == 2);
}

TEST_CASE("the quirk context-login spares that round") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::context_login);
  fake.rule("key P-256 label=k id=01 always-authenticate=demanded");
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("a second CKR_USER_NOT_LOGGED_IN ends it") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("fail C_Sign CKR_USER_NOT_LOGGED_IN");
  require_error(failure(fake), ErrorKind::token_failed, 0x101);
  REQUIRE(fake.calls("C_Sign") == 2);
}

TEST_CASE("a refused context login ends it before C_Sign") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01 always-authenticate").rule("fail user=context C_Login CKR_PIN_INCORRECT");
  require_error(failure(fake), ErrorKind::pin_refused, 0xA0);
  REQUIRE(fake.calls("C_Sign") == 0);
  REQUIRE(fake.calls("C_Login") == 2);
}

TEST_CASE("after C_Sign only what proves that nothing was signed keeps its kind, and nothing is repeated") {
  struct Case {
    const char* code;
    bool unknown;
  };
  for (const Case& test :
       {Case{"CKR_DEVICE_ERROR", true}, Case{"CKR_GENERAL_ERROR", true}, Case{"CKR_FUNCTION_FAILED", true},
        Case{"CKR_SESSION_CLOSED", true}, Case{"CKR_DEVICE_REMOVED", true}, Case{"CKR_HOST_MEMORY", true},
        Case{"CKR_CRYPTOKI_NOT_INITIALIZED", true}, Case{"0x80000123", true}, Case{"CKR_TOKEN_RESOURCE_EXCEEDED", true},
        Case{"CKR_SESSION_HANDLE_INVALID", false}, Case{"CKR_OPERATION_NOT_INITIALIZED", false},
        Case{"CKR_KEY_HANDLE_INVALID", false}, Case{"CKR_FUNCTION_REJECTED", false}, Case{"CKR_DATA_LEN_RANGE", false},
        Case{"CKR_TOKEN_NOT_PRESENT", false}}) {
    INFO(test.code);
    FakeService fake;
    fake.rule("key P-256 label=k id=01").rule(std::string("fail C_Sign ") + test.code);
    const base::Error error = failure(fake);
    REQUIRE((error.kind() == ErrorKind::outcome_unknown) == test.unknown);
    REQUIRE(error.return_value());
    REQUIRE(error.module() == fake.settings.path);
    REQUIRE(fake.calls("C_Sign") == 1);
  }
}

TEST_CASE("signatures in odd forms are made regular") {
  FakeService fake;
  const auto quirk = GENERATE(as<std::string>{}, "quirk signature der", "quirk over-reports-size",
                              "quirk small-buffer-ends-operation");
  fake.rule("key P-256 label=k id=01").rule(quirk);
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("a signature of the wrong length is refused") {
  const auto quirk = GENERATE(as<std::string>{}, "quirk signature empty", "quirk signature truncated");
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule(quirk);
  REQUIRE(failure(fake).kind() == ErrorKind::signature_invalid);
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("a lost session is reopened once before C_Sign") {
  for (const char* function : {"C_FindObjectsInit", "C_FindObjects", "C_GetAttributeValue", "C_SignInit"}) {
    INFO(function);
    FakeService fake;
    fake.rule("key P-256 label=k id=01").rule(std::string("fail nth=1 ") + function + " CKR_SESSION_HANDLE_INVALID");
    fake.sign(key_named("k"));
    REQUIRE(fake.calls("C_Sign") == 1);
  }
}

TEST_CASE("a session that is lost again and again is the error") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("fail C_SignInit CKR_SESSION_HANDLE_INVALID");
  require_error(failure(fake), ErrorKind::token_failed, 0xB3);
  REQUIRE(fake.calls("C_SignInit") == 2);
  REQUIRE(fake.calls("C_Sign") == 0);
}

TEST_CASE("sessions that die between inspect and sign are opened again") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("lose sessions nth=2 C_FindObjectsInit");
  fake.inspect(key_named("k"));
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("a busy token is asked again after a while, until patience ends") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("fail to=3 C_OpenSession CKR_SESSION_COUNT");
  fake.sign(key_named("k"));
  using std::chrono::milliseconds;
  REQUIRE(fake.clock.sleeps() == std::vector{milliseconds(200), milliseconds(500), milliseconds(1000)});

  FakeService forever;
  forever.rule("key P-256 label=k id=01").rule("fail C_OpenSession CKR_SESSION_COUNT");
  REQUIRE(failure(forever).kind() == ErrorKind::busy);
  milliseconds waited{0};
  for (const auto pause : forever.clock.sleeps())
    waited += pause;
  REQUIRE(waited == Timeouts{}.busy_wait);
}

TEST_CASE("throttled reads are repeated") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("fail to=2 C_GetAttributeValue CKR_DEVICE_ERROR");
  fake.sign(key_named("k"));
  REQUIRE(fake.clock.sleeps().size() == 2);
}
