#include <dlfcn.h>

#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

struct Interface {
  const char* name;
  CK_FUNCTION_LIST* list;
  CK_FLAGS flags;
};

using GetInterface = CK_RV (*)(const char*, CK_VERSION*, Interface**, CK_FLAGS);
using LoginUser = CK_RV (*)(CK_SESSION_HANDLE, CK_USER_TYPE, unsigned char*, CK_ULONG, unsigned char*, CK_ULONG);

struct FunctionList3 {
  CK_FUNCTION_LIST base;
  void* get_interface_list;
  GetInterface get_interface;
  LoginUser login_user;
};

GetInterface get_interface(const Client& client) {
  return reinterpret_cast<GetInterface>(client.symbol("C_GetInterface"));
}

}  // namespace

TEST_CASE("the version of the function list is a rule's to choose") {
  FakeToken token;
  token.rule("quirk list-version 2.1\nlibrary manufacturer=Acme description=\"Acme HSM\"");
  Client client;
  REQUIRE((client.list().version.major == 2 && client.list().version.minor == 1));
  REQUIRE(client.initialise() == CKR_OK);
  CK_INFO info{};
  REQUIRE(client.list().C_GetInfo(&info) == CKR_OK);
  REQUIRE(std::string(reinterpret_cast<char*>(info.manufacturerID), 5) == "Acme ");
}

TEST_CASE("every function of the list is there") {
  FakeToken token;
  Client client;
  const auto* functions = reinterpret_cast<void* const*>(&client.list().C_Initialize);
  for (int at = 0; at < 68; ++at)
    REQUIRE(functions[at] != nullptr);
}

TEST_CASE("what a signing client does not need is not supported") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.list().C_EncryptInit(session, nullptr, 0) == CKR_FUNCTION_NOT_SUPPORTED);
  REQUIRE(client.list().C_SetAttributeValue(session, 1, nullptr, 0) == CKR_FUNCTION_NOT_SUPPORTED);
  REQUIRE(client.list().C_GetFunctionStatus(session) == CKR_FUNCTION_NOT_PARALLEL);
  REQUIRE(client.list().C_SeedRandom(session, nullptr, 0) == CKR_RANDOM_SEED_NOT_SUPPORTED);
  REQUIRE(token.calls("C_EncryptInit") == 1);
}

TEST_CASE("random bytes are random") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  Bytes one(32), two(32);
  REQUIRE(client.list().C_GenerateRandom(session, one.data(), 32) == CKR_OK);
  REQUIRE(client.list().C_GenerateRandom(session, two.data(), 32) == CKR_OK);
  REQUIRE(one != two);
}

TEST_CASE("without rules the module does not initialise") {
  FakeToken token;
  Client client;
  client.list();
  ::setenv("FAKE_PKCS11_RULES", "/nonexistent/rules", 1);
  const std::string errors = token.folder() + "/errors";
  const int status = in_child([&] { return static_cast<int>(client.initialise()); }, "/dev/null", errors);
  REQUIRE(status_of(status) == CKR_GENERAL_ERROR);
  REQUIRE(content_of(errors).find("/nonexistent/rules") != std::string::npos);
}

TEST_CASE("a key file that does not exist is a fault of the rules") {
  FakeToken token;
  token.rule("key P-256 pem=/nonexistent.pem");
  Client client;
  const std::string errors = token.folder() + "/errors";
  const int status = in_child([&] { return static_cast<int>(client.initialise()); }, "/dev/null", errors);
  REQUIRE(status_of(status) == CKR_GENERAL_ERROR);
  REQUIRE(content_of(errors) == "fake_pkcs11: cannot open /nonexistent.pem\n");
}

TEST_CASE("C_Initialize can want other arguments") {
  FakeToken token;
  Client client;
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  SECTION("no locking by the system") {
    token.rule("quirk refuses-os-locking");
    REQUIRE(client.initialise() == CKR_CANT_LOCK);
    arguments.flags = 0;
    REQUIRE(client.list().C_Initialize(&arguments) == CKR_OK);
  }
  SECTION("threads of its own") {
    token.rule("quirk needs-threads\nquirk starts-thread\nquirk ignores-signals");
    arguments.flags |= CKF_LIBRARY_CANT_CREATE_OS_THREADS;
    REQUIRE(client.list().C_Initialize(&arguments) == CKR_NEED_TO_CREATE_THREADS);
    REQUIRE(status_of(in_child([&] { return static_cast<int>(client.initialise()); })) == CKR_OK);
  }
  SECTION("a string") {
    token.rule("quirk needs-init-string \"configdir=/x\"");
    std::string text = "configdir=/y";
    REQUIRE(client.initialise() == CKR_ARGUMENTS_BAD);
    arguments.pReserved = text.data();
    REQUIRE(client.list().C_Initialize(&arguments) == CKR_ARGUMENTS_BAD);
    text.back() = 'x';
    REQUIRE(client.list().C_Initialize(&arguments) == CKR_OK);
  }
  SECTION("the second time too") {
    token.rule("quirk initialises-twice");
    REQUIRE(client.initialise() == CKR_OK);
    REQUIRE(client.initialise() == CKR_OK);
  }
}

TEST_CASE("a forked child has to initialise, unless a quirk says otherwise") {
  FakeToken token;
  const bool carries_on = GENERATE(false, true);
  if (carries_on) token.rule("quirk carries-on-after-fork");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  const int status = in_child([&] {
    CK_SESSION_INFO info{};
    return client.list().C_GetSessionInfo(session, &info) == CKR_OK ? 1 : 2;
  });
  REQUIRE(status_of(status) == (carries_on ? 1 : 2));
}

TEST_CASE("C_GetInterface is not supported by default") {
  FakeToken token;
  Client client;
  Interface* interface = nullptr;
  REQUIRE(get_interface(client)("PKCS 11", nullptr, &interface, 0) == CKR_FUNCTION_NOT_SUPPORTED);
}

TEST_CASE("C_GetInterface hands out a list of version 3 with C_LoginUser") {
  FakeToken token;
  token.rule("token user-name=alice\nquirk interface 3.0");
  Client client;
  Interface* interface = nullptr;
  REQUIRE(get_interface(client)("PKCS 11", nullptr, &interface, 0) == CKR_OK);
  REQUIRE(std::string(interface->name) == "PKCS 11");
  REQUIRE((interface->list->version.major == 3 && interface->list->version.minor == 0));
  CK_VERSION wanted = {3, 2};
  REQUIRE(get_interface(client)("PKCS 11", &wanted, &interface, 0) == CKR_ARGUMENTS_BAD);
  const auto* list = reinterpret_cast<FunctionList3*>(interface->list);
  const CK_SESSION_HANDLE session = client.start();
  std::string pin = "1234", alice = "alice", bob = "bob";
  const auto bytes = [](std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); };
  REQUIRE(client.login(session, CKU_USER, pin) == CKR_USER_TYPE_INVALID);
  REQUIRE(list->login_user(session, CKU_USER, bytes(pin), 4, bytes(bob), 3) == CKR_PIN_INCORRECT);
  REQUIRE(list->login_user(session, CKU_USER, bytes(pin), 4, bytes(alice), 5) == CKR_OK);
}

TEST_CASE("C_GetInterface can answer badly") {
  FakeToken token;
  Client client;
  Interface* interface = nullptr;
  const auto answer = [&](const std::string& word) {
    token.rule("quirk interface " + word);
    return get_interface(client)("PKCS 11", nullptr, &interface, 0);
  };
  SECTION("another name") {
    REQUIRE(answer("wrong-name") == CKR_OK);
    REQUIRE(std::string(interface->name) != "PKCS 11");
  }
  SECTION("an old list") {
    REQUIRE(answer("2.40") == CKR_OK);
    REQUIRE(interface->list->version.major == 2);
  }
  SECTION("a newer list") {
    REQUIRE(answer("3.1") == CKR_OK);
    REQUIRE(interface->list->version.minor == 1);
  }
  SECTION("no list") {
    REQUIRE(answer("null-list") == CKR_OK);
    REQUIRE(interface->list == nullptr);
  }
  SECTION("nothing") {
    REQUIRE(answer("null") == CKR_OK);
    REQUIRE(interface == nullptr);
  }
}

TEST_CASE("the call log never has the PIN") {
  FakeToken token;
  token.rule("token pin=very-secret-pin");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.login(session, CKU_USER, "wrong-secret-pin") == CKR_PIN_INCORRECT);
  REQUIRE(client.login(session, CKU_USER, "very-secret-pin") == CKR_OK);
  REQUIRE(token.log("secret").empty());
  REQUIRE(token.log("user=user pin=wrong").size() == 1);
  REQUIRE(token.log("user=user pin=right").size() == 1);
  REQUIRE(token.calls("C_Login") == 2);
  REQUIRE(token.results("C_Login") == std::vector<std::string>{"CKR_PIN_INCORRECT", "CKR_OK"});
}

TEST_CASE("a copy of the module is a module of its own") {
  FakeToken token;
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  void* const copy = ::dlopen(token.copy_module("other.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(copy != nullptr);
  CK_FUNCTION_LIST* list = nullptr;
  REQUIRE(reinterpret_cast<CK_C_GetFunctionList>(::dlsym(copy, "C_GetFunctionList"))(&list) == CKR_OK);
  REQUIRE(list->C_Initialize(nullptr) == CKR_OK);
  REQUIRE(list->C_Finalize(nullptr) == CKR_OK);
}

TEST_CASE("a rule that cannot be understood is refused before it reaches the file") {
  FakeToken token;
  REQUIRE_THROWS_AS(token.rule("fail C_Nothing CKR_OK"), std::runtime_error);
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
}
