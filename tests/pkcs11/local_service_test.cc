#include "fake_service.h"

using namespace fake_service;
using base::ErrorKind;

TEST_CASE("a complete signature is at most 20 calls, one login, one C_Sign, two searches, however full the token is") {
  std::vector<int> totals;
  for (const char* filler : {"", "filler 500"}) {
    FakeService fake;
    fake.rule("key P-256 label=release id=01");
    if (*filler != '\0') fake.rule(filler);
    InspectOrder order = key_named("release");
    order.expected = FakeService::test_key(KeySpec::ec_256);
    fake.inspect(order);
    fake.sign(order);
    fake.service.finish();
    const int all = fake.token.calls() - fake.calls("C_GetAttributeValue");
    INFO(all << " calls");
    REQUIRE(all <= 20);
    for (const char* once : {"C_GetFunctionList", "C_Initialize", "C_OpenSession", "C_Login", "C_SignInit", "C_Sign",
                             "C_GetMechanismInfo", "C_Finalize"}) {
      INFO(once);
      REQUIRE(fake.calls(once) == 1);
    }
    REQUIRE(fake.token.loads() == 1);
    REQUIRE(fake.calls("C_GetSlotList") == 2);
    REQUIRE(fake.calls("C_FindObjectsInit") == 2);
    REQUIRE(fake.calls("C_FindObjectsFinal") == 2);
    REQUIRE(fake.calls("C_GetInfo") == 0);
    REQUIRE(fake.calls("C_GetSlotInfo") == 0);
    REQUIRE(fake.calls("C_GetMechanismList") == 0);
    REQUIRE(fake.calls("C_Logout") == 0);
    totals.push_back(fake.token.calls());
  }
  REQUIRE(totals[0] == totals[1]);
}

TEST_CASE("inspect does not log in and shows what is public") {
  FakeService fake;
  fake.rule("token label=prod serial=77").rule("key RSA-3072 label=release id=0102");
  const Inspection found = fake.inspect(key_named("release"));
  REQUIRE(found.token.label == "prod");
  REQUIRE(found.key);
  REQUIRE(found.key->public_key == FakeService::test_key(KeySpec::rsa_3072));
  REQUIRE(format_uri(found.key->uri) == "pkcs11:token=prod;serial=77;object=release;id=%01%02");
  REQUIRE(found.key->has_public);
  REQUIRE_FALSE(found.key->has_private);
  REQUIRE(found.mechanism == "CKM_RSA_PKCS_PSS");
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("sign without inspect finds the key by itself") {
  FakeService fake;
  fake.rule("key P-384 label=a id=01").rule("key P-256 label=b id=02");
  REQUIRE(fake.sign(key_named("a"), KeySpec::ec_384).mechanism == "CKM_ECDSA");
  REQUIRE(fake.sign(key_with_id({2})).mechanism == "CKM_ECDSA");
}

TEST_CASE("sign after inspect of another key looks for the right one") {
  FakeService fake;
  fake.rule("key P-384 label=a id=01").rule("key P-256 label=b id=02");
  fake.inspect(key_named("a"));
  fake.sign(key_named("b"));
}

TEST_CASE("a second signature needs no second login") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  fake.inspect(key_named("k"));
  fake.sign(key_named("k"));
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 1);
  REQUIRE(fake.calls("C_Sign") == 2);
}

TEST_CASE("a private half of another key is refused before C_Sign") {
  FakeService fake;
  fake.rule("key RSA-2048 label=k id=01 public=no");
  const Login login = login_with("1234");
  const PublicKey other = FakeService::test_key(KeySpec::rsa_2048, true);
  InspectOrder order = key_named("k");
  REQUIRE_ERROR(fake.get().sign(SignOrders::over(KeySpec::rsa_2048, "x"), order, other, &login),
                ErrorKind::key_not_found);
  REQUIRE(fake.calls("C_SignInit") == 0);
}

TEST_CASE("a public half other than the expected one is refused before the PIN is used") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  const Login login = login_with("1234");
  const PublicKey other = FakeService::test_key(KeySpec::ec_256, true);
  REQUIRE_ERROR(fake.get().sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("k"), other, &login),
                ErrorKind::key_not_found);
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("nothing is signed when nobody is left to take the signature") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  fake.progress.host_is_there = false;
  const Login login = login_with("1234");
  REQUIRE_ERROR(fake.get().sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("k"),
                                FakeService::test_key(KeySpec::ec_256), &login),
                ErrorKind::host_gone);
  REQUIRE(fake.calls("C_Sign") == 0);
}

TEST_CASE("every call is announced with its phase before it is made") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  fake.inspect(key_named("k"));
  fake.sign(key_named("k"));
  const auto& calls = fake.progress.calls;
  REQUIRE(calls.front() == "load dlopen");
  for (const char* call : {"load C_GetFunctionList", "initialise C_Initialize", "slots C_GetSlotList",
                           "open C_OpenSession", "find C_FindObjectsInit", "login C_Login", "sign C_SignInit"}) {
    INFO(call);
    REQUIRE(std::count(calls.begin(), calls.end(), std::string(call)) >= 1);
  }
  REQUIRE(calls.back() == "sign C_Sign");
  REQUIRE(static_cast<int>(calls.size()) == fake.token.calls() + 1);
}

TEST_CASE("what is wrong with a module comes out of the first job") {
  LocalService service{Timeouts{}, base::system_clock()};
  service.load({"/nowhere/module.so", {}, {}});
  const base::Error error = error_of([&] { service.survey({}, nullptr); });
  require_error(error, ErrorKind::module_unusable);
  REQUIRE(error.message() == "cannot load module /nowhere/module.so: No such file or directory");
  REQUIRE(error.module() == "/nowhere/module.so");
  REQUIRE_ERROR(service.survey({}, nullptr), ErrorKind::module_unusable);
  service.finish();
}

TEST_CASE("the end of a service closes its session and neither logs out nor finalises") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  {
    LocalService service{Timeouts{}, fake.clock};
    service.load({fake.token.copy_module("other.so"), {}, {}});
    const Login login = login_with("1234");
    service.sign(SignOrders::over(KeySpec::ec_256, "x"), key_named("k"), FakeService::test_key(KeySpec::ec_256),
                 &login);
  }
  REQUIRE(fake.calls("C_CloseSession") == 1);
  REQUIRE(fake.calls("C_Logout") == 0);
  REQUIRE(fake.calls("C_Finalize") == 0);
}

TEST_CASE("the quirk no-finalize leaves the module initialised and closes the session instead") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  fake.settings.quirks.set(Quirk::no_finalize);
  fake.inspect(key_named("k"));
  fake.service.finish();
  REQUIRE(fake.calls("C_Finalize") == 0);
  REQUIRE(fake.calls("C_CloseSession") == 1);
}

TEST_CASE("a survey shows every token, and what could not be read as a remark") {
  FakeService fake;
  fake.rule("token label=one serial=1")
      .rule("key P-256 label=a id=01")
      .rule("key RSA-2048 label=b id=02")
      .rule("token label=two serial=2 slot=7")
      .rule("token uninitialised")
      .rule("fail slot=7 C_OpenSession CKR_DEVICE_ERROR");
  const Survey survey = fake.get().survey({}, nullptr);
  REQUIRE(contains(survey.module_description, "fake"));
  REQUIRE(survey.tokens.size() == 3);
  REQUIRE(survey.tokens[0].keys.size() == 2);
  REQUIRE(survey.tokens[0].keys[1].public_key == FakeService::test_key(KeySpec::rsa_2048));
  REQUIRE(survey.tokens[1].keys.empty());
  REQUIRE_FALSE(survey.tokens[2].token.initialised);
  REQUIRE(survey.remarks.size() == 1);
  INFO(survey.remarks[0]);
  REQUIRE(contains(survey.remarks[0], "CKR_DEVICE_ERROR"));
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a survey with a login is of one token and shows the private halves") {
  FakeService fake;
  fake.rule("token label=one serial=1").rule("key P-256 label=a id=01").rule("token label=two serial=2");
  const Login login = login_with("1234");
  Uri filter;
  REQUIRE_ERROR(fake.get().survey(filter, &login), ErrorKind::ambiguous_key);
  filter.token = "one";
  const Survey survey = fake.get().survey(filter, &login);
  REQUIRE(survey.tokens.size() == 1);
  REQUIRE(survey.tokens[0].keys.at(0).has_private);
  REQUIRE(fake.calls("C_Login") == 1);
}
