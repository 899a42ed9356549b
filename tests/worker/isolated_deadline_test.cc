#include "child_service.h"

using namespace child_service;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kShort{200};

struct Hang {
  const char* function;  // of the rule
  milliseconds Timeouts::* timeout;
  const char* text;  // in the message
  Phase phase;
};

base::Error hang(const Hang& hang, bool generates = false) {
  ChildService child;
  child.rule(std::string("hang ") + hang.function);
  child.options.timeouts.*hang.timeout = kShort;
  const auto before = std::chrono::steady_clock::now();
  base::Error error = error_of([&] {
    if (generates) {
      child.generate();
    } else {
      child.inspect();
      child.sign();
    }
  });
  const auto took = std::chrono::steady_clock::now() - before;
  CHECK(took >= kShort);
  CHECK(took < kShort + std::chrono::seconds(8));
  CHECK(child.workers == 1);
  CHECK(child.clock.sleeps().empty());
  CHECK(error.module() == FakeToken::module_path());
  return error;
}

}  // namespace

TEST_CASE("a module that hangs before it signs is late in the phase and function where it hangs") {
  const Hang cases[] = {
      {"load", &Timeouts::load, "in dlopen (phase load)", Phase::load},
      {"C_GetFunctionList", &Timeouts::load, "in C_GetFunctionList (phase load)", Phase::load},
      {"C_Initialize", &Timeouts::initialise, "in C_Initialize (phase initialise)", Phase::initialise},
      {"C_GetSlotList", &Timeouts::slots, "in C_GetSlotList (phase slots)", Phase::slots},
      {"C_GetTokenInfo", &Timeouts::slots, "in C_GetTokenInfo (phase slots)", Phase::slots},
      {"C_OpenSession", &Timeouts::open, "in C_OpenSession (phase open)", Phase::open},
      {"C_FindObjectsInit", &Timeouts::find, "in C_FindObjectsInit (phase find)", Phase::find},
      {"C_GetAttributeValue", &Timeouts::find, "in C_GetAttributeValue (phase find)", Phase::find},
      {"C_Login", &Timeouts::login, "in C_Login (phase login)", Phase::login},
      {"C_SignInit", &Timeouts::sign, "in C_SignInit (phase sign)", Phase::sign},
  };
  for (const Hang& one : cases) {
    CAPTURE(one.function);
    const base::Error error = hang(one);
    require_error(error, ErrorKind::late);
    CHECK(error.message() == std::string("the module did not answer within 0.2 s ") + one.text);
    CHECK(error.phase() == one.phase);
    CHECK(contains(error.hint(), "timeouts." + std::string(name_of(one.phase))));
  }
}

TEST_CASE("a module that hangs in C_Sign is late, and the message says that it may have signed") {
  const base::Error error = hang({"C_Sign", &Timeouts::sign, "", Phase::sign});
  require_error(error, ErrorKind::late);
  CHECK(error.message() ==
        "the module did not answer within 0.2 s in C_Sign (phase sign); it is not known whether the token signed");
}

TEST_CASE("a module that hangs in C_GenerateKeyPair is late, and the message says that the token may have changed") {
  const base::Error error = hang({"C_GenerateKeyPair", &Timeouts::generate, "", Phase::generate}, true);
  require_error(error, ErrorKind::late);
  CHECK(contains(error.message(), "in C_GenerateKeyPair (phase generate); it is not known whether the token was"));
}

TEST_CASE("a token with a PIN pad of its own gives a person time in login and sign") {
  for (const bool inspected_first : {true, false}) {
    ChildService child;
    child.token.rule("token label=pad protected-path").rule("key P-256 label=padded id=09");
    child.rule("sleep C_Login 500").rule("sleep C_Sign 500");
    child.options.timeouts.login = child.options.timeouts.sign = kShort;
    child.options.timeouts.with_person = std::chrono::seconds(30);
    const Login login;
    if (inspected_first) child.inspect(key_named("padded"));
    CHECK_FALSE(child.get()
                    .sign(SignOrders::over(KeySpec::ec_256, "hello"), key_named("padded"),
                          FakeService::test_key(KeySpec::ec_256), &login)
                    .signature.empty());
  }
}

TEST_CASE("waiting for a busy module is not lateness") {
  ChildService child;
  child.rule("fail C_OpenSession to=2 CKR_SESSION_COUNT");
  child.options.timeouts.open = milliseconds(300);
  CHECK(child.inspect().key);
  CHECK(child.calls("C_OpenSession") == 3);
}

TEST_CASE("a slow module that answers in time is not disturbed") {
  ChildService child;
  child.rule("sleep C_Initialize 150").rule("sleep C_Login 150").rule("sleep C_Sign 150");
  child.sign();
  CHECK(child.workers == 1);
}

TEST_CASE("after a late module another job starts another worker") {
  ChildService child;
  child.rule("hang C_FindObjectsInit process=1");
  child.options.timeouts.find = kShort;
  REQUIRE_ERROR(child.inspect(), ErrorKind::late);
  child.options.timeouts.find = std::chrono::seconds(30);
  child.sign();
  CHECK(child.workers == 2);
}
