#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

constexpr int kUntouched = 7;

// Initialises in a child process and asks for the library's information.
int info_in_child(const std::string& output = "/dev/null", const std::string& errors = "/dev/null") {
  return in_child(
      [] {
        Client client;
        CK_INFO info{};
        client.initialise();
        return static_cast<int>(client.list().C_GetInfo(&info) & 0xff);
      },
      output, errors);
}

// The same in a process that maps the library itself: pkcs11-tool's C_Initialize and C_GetInfo.
int tool_in_child() {
  const std::string command = "pkcs11-tool --module '" + FakeToken::module_path() + "' --show-info >/dev/null 2>&1";
  return ::system(command.c_str());
}

CK_RV sign_once(Client& client, CK_SESSION_HANDLE session) {
  return client.sign(session, mechanism(CKM_ECDSA), "k", Bytes(32, 1)).result;
}

}  // namespace

TEST_CASE("a call can fail always, at one time or from some time on") {
  FakeToken token;
  CK_INFO info{};
  Client client;
  SECTION("always") {
    token.rule("fail C_GetInfo CKR_DEVICE_ERROR");
    client.start();
    REQUIRE(client.list().C_GetInfo(&info) == CKR_DEVICE_ERROR);
    REQUIRE(client.list().C_GetInfo(&info) == CKR_DEVICE_ERROR);
  }
  SECTION("once") {
    token.rule("fail C_GetInfo nth=2 0x80000001");
    client.start();
    REQUIRE(client.list().C_GetInfo(&info) == CKR_OK);
    REQUIRE(client.list().C_GetInfo(&info) == 0x80000001UL);
    REQUIRE(client.list().C_GetInfo(&info) == CKR_OK);
    REQUIRE(token.results("C_GetInfo") == std::vector<std::string>{"CKR_OK", "0x80000001", "CKR_OK"});
  }
  SECTION("from the second on") {
    token.rule("fail C_GetInfo from=2 CKR_DEVICE_ERROR");
    client.start();
    REQUIRE(client.list().C_GetInfo(&info) == CKR_OK);
    REQUIRE(client.list().C_GetInfo(&info) == CKR_DEVICE_ERROR);
    REQUIRE(client.list().C_GetInfo(&info) == CKR_DEVICE_ERROR);
  }
}

TEST_CASE("a forced failure of C_Sign ends the operation without signing") {
  FakeToken token;
  token.rule("key P-256 label=k\nfail C_Sign nth=1 CKR_USER_NOT_LOGGED_IN");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  REQUIRE(sign_once(client, session) == CKR_USER_NOT_LOGGED_IN);
  REQUIRE(sign_once(client, session) == CKR_OK);
}

TEST_CASE("a call can fail after it has done its work") {
  FakeToken token;
  token.rule("fail C_OpenSession nth=2 after CKR_DEVICE_ERROR\ntoken session-limit=2");
  Client client;
  client.start();
  CK_SESSION_HANDLE session = 0;
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &session) == CKR_DEVICE_ERROR);
  REQUIRE(session != CK_INVALID_HANDLE);
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &session) == CKR_SESSION_COUNT);
}

TEST_CASE("slot, mechanism and user type select calls") {
  FakeToken token;
  token.rule("token label=a\nkey P-256 label=k\ntoken label=b");
  token.rule("fail C_GetTokenInfo slot=1 CKR_TOKEN_NOT_RECOGNIZED");
  token.rule("fail C_Sign mechanism=CKM_ECDSA_SHA256 CKR_FUNCTION_FAILED");
  token.rule("fail C_Login user=so CKR_PIN_LOCKED");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  CK_TOKEN_INFO info{};
  REQUIRE(client.list().C_GetTokenInfo(0, &info) == CKR_OK);
  REQUIRE(client.list().C_GetTokenInfo(1, &info) == CKR_TOKEN_NOT_RECOGNIZED);
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_PIN_LOCKED);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_OK);
  REQUIRE(sign_once(client, session) == CKR_OK);
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA_SHA256), "k", Bytes(32)).result == CKR_FUNCTION_FAILED);
}

TEST_CASE("the first process can fail and the second work") {
  FakeToken token;
  token.rule("fail C_GetInfo process=1 CKR_DEVICE_ERROR");
  REQUIRE(status_of(info_in_child()) == CKR_DEVICE_ERROR);
  REQUIRE(status_of(info_in_child()) == CKR_OK);
  REQUIRE(status_of(info_in_child()) == CKR_OK);
  REQUIRE(token.processes() == 3);
}

TEST_CASE("processes count from their loading, not from the call in question") {
  FakeToken token;
  token.rule("crash C_Initialize process=1\nfail C_GetInfo process=2 CKR_DEVICE_ERROR");
  REQUIRE(status_of(info_in_child()) == -SIGSEGV);
  REQUIRE(status_of(info_in_child()) == CKR_DEVICE_ERROR);
  REQUIRE(status_of(info_in_child()) == CKR_OK);
}

TEST_CASE("calls are counted over all processes on request") {
  FakeToken token;
  token.rule("fail C_GetInfo overall-from=2 CKR_DEVICE_ERROR");
  REQUIRE(status_of(info_in_child()) == CKR_OK);
  REQUIRE(status_of(info_in_child()) == CKR_DEVICE_ERROR);
}

TEST_CASE("a process can crash, abort or exit in a call") {
  FakeToken token;
  SECTION("crash") {
    token.rule("crash C_GetInfo");
    REQUIRE(status_of(info_in_child()) == -SIGSEGV);
  }
  SECTION("abort") {
    token.rule("abort C_GetInfo");
    REQUIRE(status_of(info_in_child()) == -SIGABRT);
  }
  SECTION("exit") {
    token.rule("exit C_GetInfo 42");
    REQUIRE(status_of(info_in_child()) == 42);
    REQUIRE(token.unloads() == 1);
  }
  SECTION("exit-now") {
    token.rule("exit-now C_GetInfo 43");
    REQUIRE(status_of(info_in_child()) == 43);
    REQUIRE(token.unloads() == 0);
  }
  REQUIRE(token.calls("C_GetInfo") == 1);
  REQUIRE(token.results("C_GetInfo").empty());
}

TEST_CASE("a crash can wait for the exit handlers") {
  FakeToken token;
  token.rule("crash unload");
  REQUIRE(status_of(info_in_child()) == -SIGSEGV);
  REQUIRE(token.results("C_GetInfo") == std::vector<std::string>{"CKR_OK"});
}

TEST_CASE("a library can fail while it is loaded") {
  FakeToken token;
  token.rule("exit-now load 9");
  REQUIRE(WEXITSTATUS(tool_in_child()) == 9);
  REQUIRE((token.loads() == 1 && token.calls() == 0));
}

TEST_CASE("a call can hang, and the log has it") {
  FakeToken token;
  token.rule("hang C_GetInfo");
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Client client;
    CK_INFO info{};
    client.initialise();
    client.list().C_GetInfo(&info);
    ::_exit(kUntouched);
  }
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (token.calls("C_GetInfo") == 0 && std::chrono::steady_clock::now() < deadline)
    ::usleep(1000);
  int status = 0;
  REQUIRE(::waitpid(child, &status, WNOHANG) == 0);
  ::kill(child, SIGKILL);
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status_of(status) == -SIGKILL);
  REQUIRE(token.calls("C_GetInfo") == 1);
  REQUIRE(token.results("C_GetInfo").empty());
}

TEST_CASE("a call can be slow") {
  FakeToken token;
  token.rule("sleep C_GetInfo 30");
  Client client;
  client.start();
  const auto before = std::chrono::steady_clock::now();
  CK_INFO info{};
  REQUIRE(client.list().C_GetInfo(&info) == CKR_OK);
  REQUIRE(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(30));
}

TEST_CASE("a module can print") {
  FakeToken token;
  token.rule("print stdout C_Initialize \"hello \\x07\"\nprint stderr C_GetInfo 10M");
  const std::string output = token.folder() + "/out", errors = token.folder() + "/err";
  REQUIRE(status_of(info_in_child(output, errors)) == CKR_OK);
  REQUIRE(content_of(output) == "hello \x07\n");
  REQUIRE(content_of(errors).size() == 10UL << 20);
}

TEST_CASE("several effects act in the order of the rules") {
  FakeToken token;
  token.rule("print stdout C_GetInfo first\nfail C_GetInfo CKR_DEVICE_ERROR\nprint stdout C_GetInfo never");
  const std::string output = token.folder() + "/out";
  REQUIRE(status_of(info_in_child(output)) == CKR_DEVICE_ERROR);
  REQUIRE(content_of(output) == "first\n");
}

TEST_CASE("sessions, logins and tokens can be lost") {
  FakeToken token;
  token.rule("key P-256 label=k");
  Client client;
  CK_INFO info{};
  CK_SESSION_INFO session_info{};
  SECTION("sessions") {
    token.rule("lose sessions C_GetInfo");
    const CK_SESSION_HANDLE session = client.start("1234");
    client.list().C_GetInfo(&info);
    REQUIRE(client.list().C_GetSessionInfo(session, &session_info) == CKR_SESSION_HANDLE_INVALID);
  }
  SECTION("login") {
    token.rule("lose login C_GetInfo");
    const CK_SESSION_HANDLE session = client.start("1234");
    client.list().C_GetInfo(&info);
    REQUIRE(client.find(session, CKO_PRIVATE_KEY).empty());
  }
  SECTION("token") {
    token.rule("lose token C_GetInfo");
    const CK_SESSION_HANDLE session = client.start("1234");
    client.list().C_GetInfo(&info);
    REQUIRE(client.list().C_GetSessionInfo(session, &session_info) == CKR_DEVICE_REMOVED);
    CK_TOKEN_INFO token_info{};
    REQUIRE(client.list().C_GetTokenInfo(0, &token_info) == CKR_TOKEN_NOT_PRESENT);
  }
}
