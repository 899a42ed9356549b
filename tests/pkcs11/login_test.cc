#include "fake_service.h"
#include "pkcs11/pin_state.h"

// When a PIN is tried, and when not.

using namespace fake_service;
using base::ErrorKind;

namespace {

base::Error failure(FakeService& fake, const Login* login, KeySpec spec = KeySpec::ec_256) {
  return error_of(
      [&] { fake.get().sign(SignOrders::over(spec, "x"), key_named("k"), FakeService::test_key(spec), login); });
}

}  // namespace

TEST_CASE("a PIN that is locked, to be changed or on its final try is never tried") {
  const auto flag = GENERATE(as<std::string>{}, "locked", "to-be-changed", "final-try");
  const auto flags = GENERATE(as<std::string>{}, "cumulative", "single");
  INFO(flag << " " << flags);
  FakeService fake;
  fake.rule("token label=t " + flag + " pin-flags=" + flags).rule("key P-256 label=k id=01");
  const Login login = login_with("1234");
  const base::Error error = failure(fake, &login);
  require_error(error, ErrorKind::pin_withheld);
  REQUIRE(contains(error.message(), " tried"));
  REQUIRE(error.module() == fake.settings.path);
  REQUIRE(error.phase() == base::Phase::login);
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a person may spend the final try") {
  FakeService fake;
  fake.rule("token label=t final-try").rule("key P-256 label=k id=01");
  Login login = login_with("1234");
  login.attended = true;
  fake.sign(key_named("k"), KeySpec::ec_256, &login);
  REQUIRE(fake.calls("C_Login") == 1);
}

TEST_CASE("flags are read afresh before the login") {
  FakeService fake;
  fake.rule("token label=t locks-after=2").rule("key P-256 label=k id=01");
  fake.inspect(key_named("k"));
  const Login wrong = login_with("9999");
  REQUIRE(failure(fake, &wrong).kind() == ErrorKind::pin_refused);
  const Login right = login_with("1234");
  REQUIRE(failure(fake, &right).kind() == ErrorKind::pin_withheld);
  REQUIRE(fake.calls("C_Login") == 1);
}

TEST_CASE("a PIN of a length that the token does not take is not tried, and its length not told") {
  const auto pin = GENERATE(as<std::string>{}, "123", "123456789");
  FakeService fake;
  fake.rule("token label=t pin-min=4 pin-max=8").rule("key P-256 label=k id=01");
  const Login login = login_with(pin);
  const base::Error error = failure(fake, &login);
  require_error(error, ErrorKind::pin_withheld);
  const std::string text = error.message() + error.hint();
  REQUIRE(contains(text, "4 to 8"));
  REQUIRE_FALSE(contains(text, std::to_string(pin.size()) + " characters,"));
  REQUIRE_FALSE(contains(text, pin));
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("implausible PIN lengths are not believed") {
  const auto limits = GENERATE(as<std::string>{}, "pin-min=0 pin-max=0", "pin-min=8 pin-max=4",
                               "pin-min=0 pin-max=18446744073709551615");
  FakeService fake;
  fake.rule("token label=t " + limits).rule("key P-256 label=k id=01");
  fake.sign(key_named("k"));
}

TEST_CASE("a refused PIN is not tried again, and the counter's state is told") {
  FakeService fake;
  fake.rule("token label=t locks-after=2").rule("key P-256 label=k id=01");
  const Login login = login_with("9999");
  const base::Error error = failure(fake, &login);
  require_error(error, ErrorKind::pin_refused, 0xA0);
  REQUIRE(contains(error.message(), "cannot log in to token \"t\""));
  REQUIRE(contains(error.hint(), "the next wrong PIN locks the token"));
  REQUIRE_FALSE(contains(error.message() + error.hint(), "9999"));
  REQUIRE(fake.calls("C_Login") == 1);
}

TEST_CASE("whatever the login answers, it is called once") {
  for (const char* code :
       {"CKR_PIN_INCORRECT", "CKR_PIN_EXPIRED", "CKR_PIN_LOCKED", "CKR_PIN_LEN_RANGE", "CKR_USER_PIN_NOT_INITIALIZED",
        "CKR_GENERAL_ERROR", "CKR_DEVICE_ERROR", "CKR_FUNCTION_FAILED", "CKR_ARGUMENTS_BAD", "CKR_SESSION_CLOSED",
        "CKR_USER_TYPE_INVALID", "CKR_FUNCTION_CANCELED"}) {
    INFO(code);
    FakeService fake;
    fake.rule("key P-256 label=k id=01").rule(std::string("fail C_Login ") + code);
    const Login login = login_with("1234");
    const base::Error error = failure(fake, &login);
    REQUIRE(contains(error.message(), code));
    REQUIRE(fake.calls("C_Login") == 1);
    REQUIRE(fake.calls("C_Sign") == 0);
  }
}

TEST_CASE("already logged in is logged in") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("fail C_Login after CKR_USER_ALREADY_LOGGED_IN");
  fake.sign(key_named("k"));
}

TEST_CASE("a token that wants a login says so when there is none") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  REQUIRE(failure(fake, nullptr).kind() == ErrorKind::pin_unavailable);
}

TEST_CASE("without a PIN the token's own pad is asked, and a person is announced") {
  FakeService fake;
  fake.rule("token label=t protected-path").rule("key P-256 label=k id=01");
  const Login login;
  fake.sign(key_named("k"), KeySpec::ec_256, &login);
  REQUIRE(fake.progress.persons == 1);
  REQUIRE(contains(fake.token.log("enter C_Login").at(0), "pin=none"));
}

TEST_CASE("without a PIN and without a pad nothing is tried") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  const Login login;
  REQUIRE(failure(fake, &login).kind() == ErrorKind::pin_unavailable);
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a token without login is used without one, PIN or no PIN") {
  FakeService fake;
  fake.rule("token label=t no-login").rule("key P-256 label=k id=01");
  fake.sign(key_named("k"), KeySpec::ec_256, nullptr);
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a token without login that hides its key after all is logged in to") {
  FakeService fake;
  fake.rule("token label=t no-login")
      .rule("key P-256 label=k id=01")
      .rule("fail C_SignInit nth=1 CKR_USER_NOT_LOGGED_IN");
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 1);
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("the quirk force-login logs in to a token that does not ask for it") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::force_login);
  fake.rule("token label=t no-login").rule("key P-256 label=k id=01");
  fake.sign(key_named("k"));
  REQUIRE(fake.calls("C_Login") == 1);
}

TEST_CASE("the quirk never-login does not log in, whatever the flag says") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::never_login);
  fake.rule("key P-256 label=k id=01 private=visible");
  const Login login = login_with("1234");
  const base::Error error = failure(fake, &login);
  REQUIRE(error.return_value() == 0x101UL);
  REQUIRE(contains(error.hint(), "no login was made because of the quirk never-login"));
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("the quirk never-login is named when the key is hidden without a login") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::never_login);
  fake.rule("key P-256 label=k id=01 public=hidden");
  const Login login = login_with("1234");
  const base::Error error = failure(fake, &login);
  require_error(error, ErrorKind::key_not_found);
  REQUIRE(contains(error.hint(), "hidden because of the quirk never-login"));
}

TEST_CASE("the quirk never-login gives no PIN for a signature either") {
  FakeService fake;
  fake.settings.quirks.set(Quirk::never_login);
  fake.rule("token label=t no-login").rule("key P-256 label=k id=01").rule("fail C_Sign CKR_USER_NOT_LOGGED_IN");
  const Login login = login_with("1234");
  require_error(failure(fake, &login), ErrorKind::token_failed, 0x101);
  REQUIRE(fake.calls("C_Login") == 0);
  REQUIRE(fake.calls("C_Sign") == 1);
}

TEST_CASE("a token needs a login by its flag or the quirk force-login, and never-login wins") {
  TokenState token;
  REQUIRE_FALSE(needs_login(token, {}));
  Quirks quirks;
  quirks.set(Quirk::force_login);
  REQUIRE(needs_login(token, quirks));
  token.login_required = true;
  REQUIRE(needs_login(token, {}));
  quirks.set(Quirk::never_login);
  REQUIRE_FALSE(needs_login(token, quirks));
}

TEST_CASE("a vendor's role logs in under its number") {
  FakeService fake;
  fake.rule("token label=t user-type=0x80000001").rule("key P-256 label=k id=01");
  Login login = login_with("1234");
  REQUIRE(failure(fake, &login).return_value() == 0x103UL);
  login.user_type = 0x80000001;
  fake.sign(key_named("k"), KeySpec::ec_256, &login);
}

TEST_CASE("a user name goes to C_LoginUser of a list of version 3") {
  const auto version = GENERATE(as<std::string>{}, "3.0", "3.1");
  FakeService fake;
  fake.rule("token label=t user-name=alice").rule("key P-256 label=k id=01").rule("quirk interface " + version);
  Login login = login_with("1234");
  login.user_name = "alice";
  fake.sign(key_named("k"), KeySpec::ec_256, &login);
  REQUIRE(fake.calls("C_LoginUser") == 1);
  REQUIRE(fake.calls("C_Login") == 0);
}

TEST_CASE("a user name for a module without C_LoginUser is refused, however oddly it says so") {
  const auto answer = GENERATE(as<std::string>{}, "2.40", "null", "null-list", "wrong-name", "none");
  INFO(answer);
  FakeService fake;
  fake.rule("key P-256 label=k id=01");
  if (answer != "none") fake.rule("quirk interface " + answer);
  Login login = login_with("1234");
  login.user_name = "alice";
  REQUIRE(failure(fake, &login).kind() == ErrorKind::not_capable);
  REQUIRE(fake.calls("C_Login") == 0);
  REQUIRE(fake.calls("C_LoginUser") == 0);
}

TEST_CASE("a session is read-only, read-write where that is refused, and read-write at once by quirk") {
  SECTION("read-only") {
    FakeService fake;
    fake.rule("key P-256 label=k id=01").rule("quirk no-read-write-sessions");
    fake.sign(key_named("k"));
    REQUIRE(fake.calls("C_OpenSession") == 1);
  }
  SECTION("refused") {
    const auto code = GENERATE(as<std::string>{}, "CKR_SESSION_READ_ONLY", "CKR_FUNCTION_NOT_SUPPORTED",
                               "CKR_ARGUMENTS_BAD", "CKR_SESSION_READ_WRITE_SO_EXISTS");
    FakeService fake;
    fake.rule("key P-256 label=k id=01").rule("quirk no-read-only-sessions " + code);
    fake.sign(key_named("k"));
    REQUIRE(fake.calls("C_OpenSession") == 2);
  }
  SECTION("quirk") {
    FakeService fake;
    fake.settings.quirks.set(Quirk::rw_session);
    fake.rule("key P-256 label=k id=01").rule("quirk no-read-only-sessions");
    fake.sign(key_named("k"));
    REQUIRE(fake.calls("C_OpenSession") == 1);
  }
}
