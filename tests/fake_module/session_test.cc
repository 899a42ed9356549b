#include "catch.h"
#include "client.h"

namespace {

CK_TOKEN_INFO token_info(Client& client, CK_SLOT_ID slot = 0) {
  CK_TOKEN_INFO info{};
  REQUIRE(client.list().C_GetTokenInfo(slot, &info) == CKR_OK);
  return info;
}

std::string text(const unsigned char* field, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(field), size);
}

CK_RV open(Client& client, CK_SLOT_ID slot, CK_FLAGS flags) {
  CK_SESSION_HANDLE session = CK_INVALID_HANDLE;
  return client.list().C_OpenSession(slot, flags, nullptr, nullptr, &session);
}

}  // namespace

TEST_CASE("nothing works before C_Initialize") {
  FakeToken token;
  Client client;
  CK_INFO info{};
  CK_ULONG count = 0;
  CK_SESSION_HANDLE session = 0;
  REQUIRE(client.list().C_GetInfo(&info) == CKR_CRYPTOKI_NOT_INITIALIZED);
  REQUIRE(client.list().C_GetSlotList(CK_TRUE, nullptr, &count) == CKR_CRYPTOKI_NOT_INITIALIZED);
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &session) ==
          CKR_CRYPTOKI_NOT_INITIALIZED);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_CRYPTOKI_NOT_INITIALIZED);
}

TEST_CASE("C_Initialize and C_Finalize keep count") {
  FakeToken token;
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE(client.initialise() == CKR_CRYPTOKI_ALREADY_INITIALIZED);
  REQUIRE(client.list().C_Finalize(&token) == CKR_ARGUMENTS_BAD);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_CRYPTOKI_NOT_INITIALIZED);
  REQUIRE(client.list().C_Initialize(nullptr) == CKR_OK);
}

TEST_CASE("C_Initialize refuses arguments that the specification forbids") {
  FakeToken token;
  Client client;
  CK_C_INITIALIZE_ARGS arguments{};
  arguments.pReserved = &token;
  REQUIRE(client.list().C_Initialize(&arguments) == CKR_ARGUMENTS_BAD);
  arguments = {};
  arguments.LockMutex = [](void*) -> CK_RV { return CKR_OK; };
  REQUIRE(client.list().C_Initialize(&arguments) == CKR_ARGUMENTS_BAD);
}

TEST_CASE("a token shows what its rule says") {
  FakeToken token;
  token.rule("token label=build serial=0042 manufacturer=Acme model=M1 pin-min=6 pin-max=8 protected-path slot=77");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  const CK_TOKEN_INFO info = token_info(client, 77);
  REQUIRE(text(info.label, 32) == "build" + std::string(27, ' '));
  REQUIRE(text(info.serialNumber, 16) == "0042" + std::string(12, ' '));
  REQUIRE(text(info.manufacturerID, 4) == "Acme");
  REQUIRE(text(info.model, 3) == "M1 ");
  REQUIRE(info.flags == (CKF_RNG | CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED |
                         CKF_PROTECTED_AUTHENTICATION_PATH));
  REQUIRE((info.ulMinPinLen == 6 && info.ulMaxPinLen == 8));
}

TEST_CASE("labels can be padded with NUL") {
  FakeToken token;
  token.rule("token label=build nul-padded");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE(text(token_info(client).label, 32) == "build" + std::string(27, '\0'));
}

TEST_CASE("empty slots and uninitialised tokens are listed as what they are") {
  FakeToken token;
  token.rule("empty-slot\ntoken uninitialised\ntoken label=good");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  CK_ULONG count = 0;
  REQUIRE(client.list().C_GetSlotList(CK_FALSE, nullptr, &count) == CKR_OK);
  REQUIRE(count == 3);
  CK_SLOT_ID slots[2];
  count = 1;
  REQUIRE(client.list().C_GetSlotList(CK_TRUE, slots, &count) == CKR_BUFFER_TOO_SMALL);
  REQUIRE(count == 2);
  REQUIRE(client.list().C_GetSlotList(CK_TRUE, slots, &count) == CKR_OK);
  REQUIRE((slots[0] == 1 && slots[1] == 2));
  CK_TOKEN_INFO info{};
  REQUIRE(client.list().C_GetTokenInfo(0, &info) == CKR_TOKEN_NOT_PRESENT);
  REQUIRE(client.list().C_GetTokenInfo(9, &info) == CKR_SLOT_ID_INVALID);
  REQUIRE((token_info(client, 1).flags & CKF_TOKEN_INITIALIZED) == 0);
  REQUIRE(open(client, 1, CKF_SERIAL_SESSION) == CKR_TOKEN_NOT_RECOGNIZED);
  REQUIRE(open(client, 0, CKF_SERIAL_SESSION) == CKR_TOKEN_NOT_PRESENT);
}

TEST_CASE("a session must be serial and within the limit") {
  FakeToken token;
  token.rule("token session-limit=1");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE(open(client, 0, 0) == CKR_SESSION_PARALLEL_NOT_SUPPORTED);
  REQUIRE(open(client, 0, CKF_SERIAL_SESSION) == CKR_OK);
  REQUIRE(open(client, 0, CKF_SERIAL_SESSION) == CKR_SESSION_COUNT);
}

TEST_CASE("read-only or read-write sessions can be refused") {
  FakeToken token;
  token.rule("quirk no-read-only-sessions CKR_FUNCTION_NOT_SUPPORTED");
  token.rule("quirk no-read-write-sessions");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE(open(client, 0, CKF_SERIAL_SESSION) == CKR_FUNCTION_NOT_SUPPORTED);
  REQUIRE(open(client, 0, CKF_SERIAL_SESSION | CKF_RW_SESSION) == CKR_TOKEN_WRITE_PROTECTED);
}

TEST_CASE("a closed session is gone and the last one takes the login with it") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE first = client.start("1234");
  REQUIRE(client.list().C_CloseSession(first) == CKR_OK);
  REQUIRE(client.list().C_CloseSession(first) == CKR_SESSION_HANDLE_INVALID);
  CK_SESSION_HANDLE second = 0;
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &second) == CKR_OK);
  CK_SESSION_INFO info{};
  REQUIRE(client.list().C_GetSessionInfo(second, &info) == CKR_OK);
  REQUIRE(info.state == CKS_RO_PUBLIC_SESSION);
}

TEST_CASE("a login belongs to the token and happens once") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_USER_ALREADY_LOGGED_IN);
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_USER_ANOTHER_ALREADY_LOGGED_IN);
  CK_SESSION_HANDLE other = 0;
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &other) == CKR_OK);
  CK_SESSION_INFO info{};
  REQUIRE(client.list().C_GetSessionInfo(other, &info) == CKR_OK);
  REQUIRE(info.state == CKS_RO_USER_FUNCTIONS);
  REQUIRE(client.list().C_Logout(other) == CKR_OK);
  REQUIRE(client.list().C_Logout(session) == CKR_USER_NOT_LOGGED_IN);
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_SESSION_READ_ONLY_EXISTS);
}

TEST_CASE("the security officer excludes read-only sessions") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_OK);
  REQUIRE(open(client, 0, CKF_SERIAL_SESSION) == CKR_SESSION_READ_WRITE_SO_EXISTS);
}

TEST_CASE("wrong PINs lock a token and its flags tell") {
  FakeToken token;
  token.rule("token locks-after=3");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  constexpr CK_FLAGS kPinFlags = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
  REQUIRE(client.login(session, CKU_USER, "0000") == CKR_PIN_INCORRECT);
  REQUIRE((token_info(client).flags & kPinFlags) == CKF_USER_PIN_COUNT_LOW);
  REQUIRE(client.login(session, CKU_USER, "0000") == CKR_PIN_INCORRECT);
  REQUIRE((token_info(client).flags & kPinFlags) == (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY));
  REQUIRE(client.login(session, CKU_USER, "0000") == CKR_PIN_INCORRECT);
  REQUIRE((token_info(client).flags & kPinFlags) == (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_LOCKED));
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_PIN_LOCKED);
}

TEST_CASE("a right PIN clears the flags") {
  FakeToken token;
  token.rule("token final-try");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE((token_info(client).flags & CKF_USER_PIN_FINAL_TRY) != 0);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_OK);
  REQUIRE((token_info(client).flags & CKF_USER_PIN_FINAL_TRY) == 0);
}

TEST_CASE("flags can come one at a time or not at all") {
  FakeToken token;
  token.rule("token locked pin-flags=single\ntoken locked pin-flags=none\ntoken count-low");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  constexpr CK_FLAGS kPinFlags = CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED;
  REQUIRE((token_info(client, 0).flags & kPinFlags) == CKF_USER_PIN_LOCKED);
  REQUIRE((token_info(client, 1).flags & kPinFlags) == 0);
  REQUIRE((token_info(client, 2).flags & kPinFlags) == CKF_USER_PIN_COUNT_LOW);
}

TEST_CASE("the PIN's state can forbid a login") {
  FakeToken token;
  Client client;
  SECTION("no user PIN") {
    token.rule("token no-user-pin");
    REQUIRE(client.login(client.start(), CKU_USER, "1234") == CKR_USER_PIN_NOT_INITIALIZED);
  }
  SECTION("to be changed") {
    token.rule("token to-be-changed");
    const CK_SESSION_HANDLE session = client.start();
    REQUIRE((token_info(client).flags & CKF_USER_PIN_TO_BE_CHANGED) != 0);
    REQUIRE(client.login(session, CKU_USER, "1234") == CKR_PIN_EXPIRED);
  }
}

TEST_CASE("a NULL PIN is for the protected authentication path alone") {
  FakeToken token;
  Client client;
  SECTION("without it") {
    const CK_SESSION_HANDLE session = client.start();
    REQUIRE(client.list().C_Login(session, CKU_USER, nullptr, 0) == CKR_ARGUMENTS_BAD);
  }
  SECTION("with it") {
    token.rule("token protected-path");
    const CK_SESSION_HANDLE session = client.start();
    REQUIRE(client.list().C_Login(session, CKU_USER, nullptr, 0) == CKR_OK);
    REQUIRE(token.log("pin=none").size() == 1);
  }
}

TEST_CASE("a vendor's user type replaces the ordinary one") {
  FakeToken token;
  token.rule("token user-type=0x80000001");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_USER_TYPE_INVALID);
  REQUIRE(client.login(session, 0x80000001UL, "1234") == CKR_OK);
}

TEST_CASE("wrong PINs outlive the process with a state folder") {
  FakeToken token;
  token.rule("token locks-after=2").keep_state();
  Client client;
  REQUIRE(client.login(client.start(), CKU_USER, "0000") == CKR_PIN_INCORRECT);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE((token_info(client).flags & CKF_USER_PIN_FINAL_TRY) != 0);
  REQUIRE(client.login(session, CKU_USER, "0000") == CKR_PIN_INCORRECT);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_PIN_LOCKED);
}
