#include "child_service.h"

using namespace child_service;

TEST_CASE("an answer that only a new process helps with leads to one, half a second later, with everything again") {
  for (const char* function : {"C_GetSlotList", "C_OpenSession", "C_SignInit"}) {
    CAPTURE(function);
    ChildService child;
    child.rule("fail " + std::string(function) + " process=1 CKR_CRYPTOKI_NOT_INITIALIZED");
    child.sign();
    CHECK(child.workers == 2);
    CHECK(child.calls("C_Initialize") == 2);
    CHECK(child.calls("C_Sign") == 1);
    REQUIRE(child.clock.sleeps().size() == 1);
    CHECK(child.clock.sleeps().front() >= std::chrono::milliseconds(400));
    CHECK(child.clock.sleeps().front() < std::chrono::milliseconds(600));
  }
}

TEST_CASE("a second new process is not tried") {
  ChildService child;
  child.rule("fail C_OpenSession CKR_CRYPTOKI_NOT_INITIALIZED");
  REQUIRE_ERROR(child.inspect(), ErrorKind::token_failed, 0x190UL);
  CHECK(child.workers == 2);
}

TEST_CASE("one new process is all there is for a whole request") {
  ChildService child;
  child.rule("fail C_GetSlotList process=1 CKR_CRYPTOKI_NOT_INITIALIZED");
  child.rule("fail C_SignInit process=2 CKR_CRYPTOKI_NOT_INITIALIZED");
  child.inspect();
  REQUIRE_ERROR(child.sign(), ErrorKind::token_failed, 0x190UL);
  CHECK(child.workers == 2);
  CHECK(child.calls("C_Sign") == 0);
}

TEST_CASE("answers about PIN, key or mechanism lead to no new process") {
  for (const char* rule : {"fail C_Login CKR_PIN_INCORRECT", "fail C_Login CKR_DEVICE_ERROR",
                           "fail C_SignInit CKR_KEY_FUNCTION_NOT_PERMITTED", "fail C_Login CKR_PIN_LOCKED"}) {
    CAPTURE(rule);
    ChildService child;
    child.rule(rule);
    error_of([&] { child.sign(); });
    CHECK(child.workers == 1);
    CHECK(child.calls("C_Login") == 1);
  }
}

TEST_CASE("C_Sign is repeated on a new worker only where the answer proves that nothing was signed") {
  struct Answer {
    const char* name;
    bool repeated;
  };
  constexpr Answer kAnswers[] = {{"CKR_OPERATION_NOT_INITIALIZED", true},
                                 {"CKR_SESSION_HANDLE_INVALID", true},
                                 {"CKR_KEY_HANDLE_INVALID", true},
                                 {"CKR_TOKEN_NOT_PRESENT", true},
                                 {"CKR_DEVICE_ERROR", false},
                                 {"CKR_GENERAL_ERROR", false},
                                 {"CKR_FUNCTION_FAILED", false},
                                 {"CKR_HOST_MEMORY", false},
                                 {"CKR_SESSION_CLOSED", false},
                                 {"CKR_DEVICE_REMOVED", false},
                                 {"CKR_CRYPTOKI_NOT_INITIALIZED", false},
                                 {"CKR_DATA_LEN_RANGE", false},
                                 {"0x80000123", false}};
  for (const Answer& answer : kAnswers) {
    CAPTURE(answer.name);
    ChildService child;
    child.rule("fail C_Sign process=1 " + std::string(answer.name));
    if (answer.repeated) {
      child.sign();
    } else {
      error_of([&] { child.sign(); });
    }
    CHECK(child.calls("C_Sign") == (answer.repeated ? 2 : 1));
    CHECK(child.workers == (answer.repeated ? 2 : 1));
  }
}

TEST_CASE("a restart replays a new login, not a refused one") {
  ChildService child;
  child.rule("crash C_SignInit process=1");
  child.sign();
  CHECK(child.calls("C_Login") == 2);
  CHECK(child.token.results("C_Login") == std::vector<std::string>{"CKR_OK", "CKR_OK"});
}

TEST_CASE("C_Sign is repeated once at most, in the same worker or in a new one") {
  struct Case {
    std::vector<std::string> rules;
    int logins;
  };
  const Case cases[] = {
      {{"fail C_Sign CKR_USER_NOT_LOGGED_IN"}, 2},
      {{"fail C_Sign CKR_SESSION_HANDLE_INVALID"}, 2},
      {{"fail C_Sign process=1 CKR_SESSION_HANDLE_INVALID", "fail C_Sign CKR_USER_NOT_LOGGED_IN"}, 2},
      {{"fail C_Sign nth=1 CKR_USER_NOT_LOGGED_IN", "fail C_Sign CKR_TOKEN_NOT_PRESENT"}, 2},
      {{"crash C_SignInit process=1", "fail C_Sign CKR_USER_NOT_LOGGED_IN"}, 3},
  };
  for (const Case& test : cases) {
    CAPTURE(test.rules);
    ChildService child;
    for (const std::string& rule : test.rules)
      child.rule(rule);
    require_error(error_of([&] { child.sign(); }), ErrorKind::token_failed);
    CHECK(child.calls("C_Sign") == 2);
    CHECK(child.calls("C_Login") == test.logins);
  }
}

TEST_CASE("a job that has presented the PIN twice is not begun again") {
  ChildService child;
  child.settings.quirks.set(Quirk::context_login);
  child.rule("fail C_Sign CKR_SESSION_HANDLE_INVALID");
  require_error(error_of([&] { child.sign(); }), ErrorKind::token_failed, 0xB3UL);
  CHECK(child.calls("C_Sign") == 1);
  CHECK(child.calls("C_Login") == 2);
  CHECK(child.workers == 1);
}

TEST_CASE("each job may repeat C_Sign once") {
  ChildService child;
  child.rule("fail C_Sign nth=1 CKR_USER_NOT_LOGGED_IN").rule("fail C_Sign nth=3 CKR_USER_NOT_LOGGED_IN");
  child.sign();
  child.sign();
  CHECK(child.calls("C_Sign") == 4);
  CHECK(child.workers == 1);
}

TEST_CASE("a host that has gone during the pause gets no signature from a new worker") {
  ChildService child;
  int questions = 0;
  child.options.host_is_there = [&questions] { return ++questions < 2; };
  child.rule("crash C_OpenSession process=1");
  REQUIRE_ERROR(child.sign(), ErrorKind::host_gone);
  CHECK(child.calls("C_Sign") == 0);
}
