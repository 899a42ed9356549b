#include <sys/wait.h>

#include <cstdio>
#include <cstring>

#include "child_service.h"

using namespace child_service;

namespace {

struct Outcome {
  std::string text;
  int status;
};

Outcome run_command(const std::string& command) {
  FILE* stream = popen((command + " 2>&1").c_str(), "r");
  Outcome outcome;
  char part[512];
  while (const std::size_t size = fread(part, 1, sizeof part, stream))
    outcome.text.append(part, size);
  const int status = pclose(stream);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return outcome;
}

Outcome run(const std::string& arguments) {
  return run_command(std::string(WORKER_HOST) + " " + arguments);
}

// Runs the host with PINs in its environment.
Outcome sign_in(const std::string& kind) {
  FakeToken token;
  token.rule("token pin=739146").rule("key P-256 label=release id=01");
  setenv("NOTATION_PKCS11_PIN", "739146", 1);
  setenv("MY_PIN", "739146", 1);
  Outcome outcome = run(kind + " " + FakeToken::module_path() + " release 739146");
  unsetenv("NOTATION_PKCS11_PIN");
  unsetenv("MY_PIN");
  return outcome;
}

}  // namespace

TEST_CASE("a worker forked first signs and has no PIN in its environment") {
  const Outcome outcome = sign_in("forked");
  INFO(outcome.text);
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.text, "signed: CKM_ECDSA"));
  CHECK(contains(outcome.text, "secret: no"));
  if (geteuid() == 0) CHECK(contains(outcome.text, "environment: read"));
}

TEST_CASE("a worker that is the program executed anew signs and has no PIN in its environment") {
  const Outcome outcome = sign_in("anew");
  INFO(outcome.text);
  CHECK(outcome.status == 0);
  CHECK(contains(outcome.text, "signed: CKM_ECDSA"));
  CHECK(contains(outcome.text, "command: notation-pkcs11 worker"));
  CHECK(contains(outcome.text, "secret: no"));
}

TEST_CASE("few file descriptors are enough for a worker, and too few are an error") {
  FakeToken token;
  token.rule("token pin=739146").rule("key P-256 label=release id=01");
  for (const char* kind : {"forked", "anew"}) {
    bool signed_before = false;
    for (const int limit : {4, 6, 8, 9, 10, 12, 16}) {
      CAPTURE(kind, limit);
      const std::string shell = "sh -c 'exec <&- 3<&- 4<&- 5<&- 6<&- 7<&- 8<&- 9<&-; exec </dev/null; ulimit -n " +
                                std::to_string(limit) + "; exec \"$@\"' sh ";
      const Outcome outcome =
          run_command(shell + WORKER_HOST + " " + kind + " " + FakeToken::module_path() + " release 739146");
      INFO(outcome.text);
      if (outcome.status == 1) CHECK(contains(outcome.text, "error: "));
      CHECK((outcome.status == 0 || (outcome.status == 1 && !signed_before)));
      signed_before = outcome.status == 0;
    }
    CHECK(signed_before);
  }
}

TEST_CASE("the worker's word typed by a person is refused with a line") {
  const Outcome outcome = run("worker </dev/null 3</dev/null 4</dev/null");
  CHECK(outcome.status == 2);
  CHECK(contains(outcome.text, "for this program's own use\n"));
}

TEST_CASE("an environment secret is overwritten where it stands") {
  setenv("A_SECRET", "739146", 1);
  const char* value = getenv("A_SECRET");
  forget_environment_secret("A_SECRET");
  CHECK(std::string(getenv("A_SECRET")).empty());
  CHECK(std::memcmp(value, "\0\0\0\0\0\0", 6) == 0);
  unsetenv("A_SECRET");
  forget_environment_secret("A_SECRET");
  CHECK(getenv("A_SECRET") == nullptr);
}
