#include "child_service.h"

using namespace child_service;

namespace {

constexpr const char* kBeforeSigning[] = {"load",
                                          "C_GetFunctionList",
                                          "C_Initialize",
                                          "C_GetSlotList",
                                          "C_GetTokenInfo",
                                          "C_OpenSession",
                                          "C_FindObjectsInit",
                                          "C_FindObjects",
                                          "C_FindObjectsFinal",
                                          "C_GetAttributeValue",
                                          "C_GetMechanismInfo",
                                          "C_SignInit"};

struct Death {
  const char* effect;
  const char* text;
};
constexpr Death kDeaths[] = {{"crash", "signal 11 (SIGSEGV)"},
                             {"abort", "signal 6 (SIGABRT)"},
                             {"exit", "exit status 3"},
                             {"exit-now", "exit status 3"}};

std::string rule_for(const Death& death, const std::string& function, const std::string& when) {
  const bool has_status = std::string(death.effect).starts_with("exit");
  return std::string(death.effect) + " " + function + " " + when + (has_status ? " 3" : "");
}

}  // namespace

TEST_CASE("a module that dies before signing is replaced once, and then signs") {
  for (const Death& death : kDeaths) {
    for (const char* function : kBeforeSigning) {
      CAPTURE(death.effect, function);
      ChildService child;
      child.rule(rule_for(death, function, "process=1"));
      child.inspect();
      child.sign();
      CHECK(child.workers == 2);
      CHECK(child.clock.sleeps().size() == 1);
      CHECK(child.calls("C_Sign") == 1);
    }
  }
}

TEST_CASE("a module that dies every time is given up after the second worker") {
  for (const Death& death : kDeaths) {
    for (const char* function : kBeforeSigning) {
      CAPTURE(death.effect, function);
      ChildService child;
      child.rule(rule_for(death, function, "always"));
      const base::Error error = error_of([&] {
        child.inspect();
        child.sign();
      });
      require_error(error, ErrorKind::module_died);
      CHECK(contains(error.message(), death.text));
      const std::string place = std::string(function) == "load" ? "dlopen" : function;
      CHECK(contains(error.message(), " in " + place + " (phase "));
      CHECK(error.module() == FakeToken::module_path());
      CHECK(child.workers == 2);
      CHECK(child.calls("C_Sign") == 0);
    }
  }
}

TEST_CASE("a module that dies in C_Login may have counted the PIN as wrong, which is not given again") {
  for (const Death& death : kDeaths) {
    for (const char* when : {"", "after", "user=context", "user=context after"}) {
      CAPTURE(death.effect, when);
      ChildService child;
      child.rule("token label=t locks-after=3").rule("key P-256 label=a id=02 always-authenticate");
      child.rule(rule_for(death, "C_Login", when));
      const Login login = login_with("1234");
      const base::Error error = error_of([&] {
        child.get().sign(SignOrders::over(KeySpec::ec_256, "hello"), key_named("a"),
                         FakeService::test_key(KeySpec::ec_256), &login);
      });
      require_error(error, ErrorKind::module_died);
      CHECK(contains(error.message(), " in C_Login (phase login)"));
      CHECK(child.calls("C_Login") == (std::string(when).starts_with("user=context") ? 2 : 1));
      CHECK(child.workers == 1);
      CHECK(child.calls("C_Sign") == 0);
    }
  }
}

TEST_CASE("a module that dies after it refused the PIN does not get it again") {
  ChildService child;
  child.rule("fail C_Login CKR_PIN_INCORRECT").rule("crash C_GetTokenInfo from=3");
  require_error(error_of([&] { child.sign(); }), ErrorKind::module_died);
  CHECK(child.calls("C_Login") == 1);
  CHECK(child.workers == 1);
}

TEST_CASE("a module that dies in C_LoginUser does not get the PIN again") {
  ChildService child;
  child.rule("token label=t user-name=alice").rule("key P-256 label=a id=02").rule("quirk interface 3.0");
  child.rule("crash C_LoginUser");
  Login login = login_with("1234");
  login.user_name = "alice";
  const base::Error error = error_of([&] {
    child.get().sign(SignOrders::over(KeySpec::ec_256, "hello"), key_named("a"), FakeService::test_key(KeySpec::ec_256),
                     &login);
  });
  require_error(error, ErrorKind::module_died);
  CHECK(child.calls("C_LoginUser") == 1);
  CHECK(child.workers == 1);
}

TEST_CASE("a module that dies in C_Sign may have signed, which is said and not repeated") {
  for (const Death& death : kDeaths) {
    for (const char* when : {"", "after"}) {
      CAPTURE(death.effect, when);
      ChildService child;
      child.rule(rule_for(death, "C_Sign", when));
      const base::Error error = error_of([&] { child.sign(); });
      require_error(error, ErrorKind::outcome_unknown);
      CHECK(contains(error.message(), death.text));
      CHECK(contains(error.message(), "in C_Sign (phase sign)"));
      CHECK(contains(error.message(), "; it is not known whether the token signed"));
      CHECK(child.calls("C_Sign") == 1);
      CHECK(child.workers == 1);
    }
  }
}

TEST_CASE("a module that dies while it makes a key is not asked to make another") {
  ChildService child;
  child.rule("crash C_GenerateKeyPair");
  const base::Error error = error_of([&] { child.generate(); });
  require_error(error, ErrorKind::module_died);
  CHECK(contains(error.message(), "it is not known whether the token was changed"));
  CHECK(child.calls("C_GenerateKeyPair") == 1);
}

TEST_CASE("messages tell a crash from an end that the module chose") {
  ChildService crash;
  crash.rule("crash C_OpenSession");
  CHECK(error_of([&] { crash.inspect(); }).message() ==
        "the module crashed in C_OpenSession (phase open): signal 11 (SIGSEGV)");
  crash.service.reset();
  CHECK_FALSE(is_alive(crash.first_worker));
}

TEST_CASE("a module that calls exit says so, and our own exit handlers do not run in the worker") {
  ChildService child;
  child.rule("exit C_OpenSession 5");
  CHECK(error_of([&] { child.inspect(); }).message() ==
        "the module ended its process in C_OpenSession (phase open): exit status 5");
}

TEST_CASE("a worker that somebody kills between two jobs is replaced") {
  ChildService child;
  child.inspect();
  kill(child.first_worker, SIGKILL);
  child.sign();
  CHECK(child.workers == 2);
}
