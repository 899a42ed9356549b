#include <filesystem>

#include "child_service.h"

using namespace child_service;

TEST_CASE("ten megabytes on either output neither block the module nor reach ours") {
  for (const char* output : {"stdout", "stderr"}) {
    for (const char* function : {"C_Initialize", "C_FindObjectsInit", "C_Login", "C_Sign", "C_Finalize"}) {
      CAPTURE(output, function);
      ChildService child;
      child.rule("print " + std::string(output) + " " + function + " 10M");
      child.options.timeouts.sign = std::chrono::seconds(100);
      child.inspect();
      child.sign();
      child.get().release();
      CHECK(child.get().module_output().size() <= 4096);
      CHECK(contains(child.get().module_output(), "rubbish that a module prints"));
      CHECK(child.calls("C_Finalize") == 1);
    }
  }
}

TEST_CASE("the last four lines that a module printed stand in the hint of an error that they may explain") {
  ChildService child;
  child.rule("print stdout C_Initialize \"one\\ntwo\\nthree\\nfour\"")
      .rule("print stderr C_OpenSession \"\\x1b[31mfive\"");
  child.rule("fail C_OpenSession CKR_GENERAL_ERROR");
  const base::Error error = error_of([&] { child.inspect(); });
  CHECK(error.return_value() == 5UL);
  CHECK_FALSE(contains(error.hint(), "the module printed: one\n"));
  CHECK(contains(error.hint(), "the module printed: two\nthe module printed: three\nthe module printed: four\n"));
  CHECK(contains(error.hint(), "[31mfive"));
  CHECK_FALSE(contains(error.hint(), "\x1b"));
  CHECK(contains(child.get().module_output(), "one\n"));
}

TEST_CASE("what a module printed before it died stands in the hint") {
  ChildService child;
  child.rule("print stderr C_OpenSession \"licence server not reached\"").rule("abort C_OpenSession");
  CHECK(contains(error_of([&] { child.inspect(); }).hint(), "the module printed: licence server not reached"));
}

TEST_CASE("a missing key is not explained by the module's chatter") {
  ChildService child;
  child.rule("print stderr C_OpenSession chatter");
  InspectOrder order = key_named("release");
  order.uri.token = "other";
  const base::Error error = error_of([&] { child.inspect(order); });
  require_error(error, ErrorKind::key_not_found);
  CHECK_FALSE(contains(error.hint(), "chatter"));
}

TEST_CASE("a PIN that the module prints is not passed on") {
  ChildService child;
  child.rule("token label=secret pin=739146").rule("key P-256 label=hidden id=05");
  child.rule("print stderr C_Login \"C_Login with 739146\"").rule("fail C_SignInit CKR_GENERAL_ERROR");
  const Login login = login_with("739146");
  const base::Error error = error_of([&] {
    child.get().sign(SignOrders::over(KeySpec::ec_256, "hello"), key_named("hidden"),
                     FakeService::test_key(KeySpec::ec_256), &login);
  });
  CHECK(contains(error.hint(), "C_Login with ******"));
  CHECK_FALSE(contains(error.hint() + error.message() + child.get().module_output(), "739146"));
  for (const auto& file : std::filesystem::directory_iterator(child.token.folder()))
    CHECK_FALSE(contains(file.path().string(), "739146"));
  for (const std::string& line : child.token.log())
    CHECK_FALSE(contains(line, "739146"));
}
