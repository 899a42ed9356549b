
#include "child_service.h"

using namespace child_service;

namespace {

// Makes one service behave as the other: the same job on both, each with a token of its own.
template <typename Job>
base::Error error_in_process(const std::vector<std::string>& rules, Job&& job) {
  FakeService local;
  for (const std::string& rule : rules)
    local.rule(rule);
  return error_of([&] { job(static_cast<KeyService&>(local.get())); });
}

template <typename Job>
base::Error error_in_child(const std::vector<std::string>& rules, Job&& job) {
  ChildService child;
  for (const std::string& rule : rules)
    child.rule(rule);
  return error_of([&] { job(static_cast<KeyService&>(child.get())); });
}

}  // namespace

TEST_CASE("a key in a child process is inspected and signs as in this process") {
  ChildService child;
  const Inspection found = child.inspect();
  REQUIRE(found.key);
  CHECK(found.key->public_key == FakeService::test_key(KeySpec::ec_256));
  CHECK(found.mechanism == "CKM_ECDSA");
  CHECK(child.sign().mechanism == "CKM_ECDSA");
  CHECK(child.workers == 1);
  CHECK(child.token.loads() == 1);
  CHECK(child.calls("C_Login") == 1);
  CHECK(child.calls("C_Sign") == 1);
}

TEST_CASE("a child makes, surveys and removes keys") {
  ChildService child;
  child.token.keep_state();
  child.rule("quirk quick-generate");
  const GeneratedKey made = child.generate();
  CHECK(made.key.uri.object == "new");
  const Login login = login_with("1234");
  Uri filter;
  filter.token = "fake";
  CHECK(child.get().survey(filter, &login).tokens.front().keys.size() == 2);
  child.get().remove(made.key.uri, *made.key.public_key, login);
  CHECK(child.get().survey(filter, &login).tokens.front().keys.size() == 1);
}

TEST_CASE("an error in a child is the error in this process") {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"fail C_GetSlotList CKR_HOST_MEMORY"}, "release"},
      {{"key P-384 label=twice id=02", "key RSA-2048 label=twice id=03"}, "twice"},
      {{"fail C_OpenSession CKR_GENERAL_ERROR"}, "release"},
      {{"fail C_GetTokenInfo CKR_DEVICE_ERROR"}, "release"},
      {{"fail C_FindObjectsInit 0x80000123"}, "release"},
  };
  for (const auto& [rules, label] : cases) {
    CAPTURE(rules, label);
    const auto job = [&label = label](KeyService& service) { service.inspect(key_named(label), nullptr); };
    std::vector<std::string> local_rules{"key P-256 label=release id=01"};
    local_rules.insert(local_rules.end(), rules.begin(), rules.end());
    const base::Error local = error_in_process(local_rules, job);
    const base::Error child = error_in_child(rules, job);
    CHECK(child.kind() == local.kind());
    CHECK(child.phase() == local.phase());
    CHECK(child.message() == local.message());
    CHECK(child.hint() == local.hint());
    CHECK(child.return_value() == local.return_value());
    CHECK(child.module() == FakeToken::module_path());
  }
}

TEST_CASE("a module that cannot be loaded is the first job's error, not load's") {
  ChildService child;
  child.get();
  child.service = std::make_unique<IsolatedService>(WorkerProcess::fork_first(), child.options, child.clock);
  child.service->load({"/nonexistent/module.so", {}, {}});
  REQUIRE_ERROR(child.service->inspect(key_named("release"), nullptr), ErrorKind::module_unusable);
}

TEST_CASE("a refused PIN is tried once") {
  ChildService child;
  REQUIRE_ERROR(child.sign("9999"), ErrorKind::pin_refused, 0xA0UL);
  CHECK(child.calls("C_Login") == 1);
  CHECK(child.workers == 1);
}

TEST_CASE("a job before load is a fault") {
  ChildService child;
  IsolatedService service(WorkerProcess(), child.options, child.clock);
  REQUIRE_ERROR(service.inspect(key_named("release"), nullptr), ErrorKind::internal);
}

TEST_CASE("without a first worker load starts one") {
  ChildService child;
  IsolatedService service(WorkerProcess(), child.options, child.clock);
  service.load({FakeToken::module_path(), {}, {}});
  CHECK(child.workers == 1);
  CHECK(service.inspect(key_named("release"), nullptr).key);
  CHECK(child.workers == 1);
}

TEST_CASE("nothing is signed when the host has gone before the job") {
  ChildService child;
  bool there = true;
  child.options.host_is_there = [&there] { return there; };
  child.inspect();
  there = false;
  const base::Error error = error_of([&] { child.sign(); });
  require_error(error, ErrorKind::host_gone);
  CHECK(error.phase() == Phase::sign);
  CHECK(child.calls("C_Login") == 0);
  CHECK(child.calls("C_Sign") == 0);
}

TEST_CASE("nothing is signed when the host goes while the login takes its time") {
  ChildService child;
  int questions = 0;
  child.options.host_is_there = [&questions] { return ++questions < 2; };
  child.rule("sleep C_Login 2000");
  REQUIRE_ERROR(child.sign(), ErrorKind::host_gone);
  CHECK(child.calls("C_Sign") == 0);
  CHECK(child.workers == 1);
}

TEST_CASE("a host that goes while the token signs does not make the signature vanish") {
  ChildService child;
  int questions = 0;
  child.options.host_is_there = [&] { return ++questions < 2 || child.calls("C_Sign") == 0; };
  child.rule("sleep C_Sign 300");
  child.sign();
  CHECK(child.calls("C_Sign") == 1);
}

TEST_CASE("the loss of the host's descriptor is noticed at once") {
  ChildService child;
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  int questions = 0;
  child.options.host_is_there = [&questions] { return ++questions < 2; };
  child.options.host_descriptor = ends[1];
  child.rule("hang C_Login");
  close(ends[0]);
  const auto before = std::chrono::steady_clock::now();
  REQUIRE_ERROR(child.sign(), ErrorKind::host_gone);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
  CHECK(child.calls("C_Sign") == 0);
  close(ends[1]);
}
