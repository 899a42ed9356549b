#include <cstring>
#include <string>

#include "catch.h"
#include "client.h"

// Initialising tokens and changing PINs.

using fake::Bytes;

namespace {

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

CK_RV init_token(Client& client, std::string pin, std::string label) {
  label.resize(32, ' ');
  return client.list().C_InitToken(0, bytes(pin), pin.size(), bytes(label));
}

CK_RV init_pin(Client& client, CK_SESSION_HANDLE session, std::string pin) {
  return client.list().C_InitPIN(session, bytes(pin), pin.size());
}

CK_RV set_pin(Client& client, CK_SESSION_HANDLE session, std::string old_pin, std::string new_pin) {
  return client.list().C_SetPIN(session, bytes(old_pin), old_pin.size(), bytes(new_pin), new_pin.size());
}

CK_TOKEN_INFO token_info(Client& client) {
  CK_TOKEN_INFO info{};
  REQUIRE(client.list().C_GetTokenInfo(0, &info) == CKR_OK);
  return info;
}

std::string label_of(const CK_TOKEN_INFO& info) {
  const std::string text(reinterpret_cast<const char*>(info.label), sizeof info.label);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

CK_SESSION_HANDLE open(Client& client, CK_FLAGS flags = CKF_RW_SESSION) {
  CK_SESSION_HANDLE session = 0;
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION | flags, nullptr, nullptr, &session) == CKR_OK);
  return session;
}

}  // namespace

TEST_CASE("a token that is not initialised takes any SO PIN, and then has no user PIN") {
  FakeToken token;
  token.rule("token uninitialised");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE((token_info(client).flags & CKF_TOKEN_INITIALIZED) == 0);
  REQUIRE(init_token(client, "abc", "bare") == CKR_PIN_LEN_RANGE);
  REQUIRE(init_token(client, "officer", "bare") == CKR_OK);
  const CK_TOKEN_INFO info = token_info(client);
  REQUIRE(label_of(info) == "bare");
  REQUIRE((info.flags & CKF_TOKEN_INITIALIZED) != 0);
  REQUIRE((info.flags & CKF_USER_PIN_INITIALIZED) == 0);
  const CK_SESSION_HANDLE session = open(client);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_USER_PIN_NOT_INITIALIZED);
  REQUIRE(init_pin(client, session, "4321") == CKR_USER_NOT_LOGGED_IN);
  REQUIRE(client.login(session, CKU_SO, "officer") == CKR_OK);
  REQUIRE(init_pin(client, session, "1") == CKR_PIN_LEN_RANGE);
  REQUIRE(init_pin(client, session, "4321") == CKR_OK);
  REQUIRE((token_info(client).flags & CKF_USER_PIN_INITIALIZED) != 0);
  REQUIRE(client.list().C_Logout(session) == CKR_OK);
  REQUIRE(client.login(session, CKU_USER, "4321") == CKR_OK);
}

TEST_CASE("initialising again wants the SO PIN and no sessions, and destroys every object") {
  FakeToken token;
  token.rule("token label=old serial=7").rule("key P-256 label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(init_token(client, "12345678", "new") == CKR_SESSION_EXISTS);
  REQUIRE(client.find(session, CKO_PUBLIC_KEY).size() == 1);
  REQUIRE(client.list().C_CloseSession(session) == CKR_OK);
  REQUIRE(init_token(client, "wrong PIN", "new") == CKR_PIN_INCORRECT);
  REQUIRE(label_of(token_info(client)) == "old");
  REQUIRE(init_token(client, "12345678", "new") == CKR_OK);
  REQUIRE(label_of(token_info(client)) == "new");
  REQUIRE(token_info(client).serialNumber[0] == '7');
  REQUIRE(client.find(open(client), CKO_PUBLIC_KEY).empty());
  REQUIRE(token.log("C_InitToken slot=0 user=so pin=wrong").size() == 1);
}

TEST_CASE("a write-protected token is not initialised") {
  FakeToken token;
  token.rule("token write-protected");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE(init_token(client, "12345678", "new") == CKR_TOKEN_WRITE_PROTECTED);
}

TEST_CASE("C_SetPIN changes the PIN of who is logged in, or the user's") {
  FakeToken token;
  Client client;
  CK_SESSION_HANDLE session = client.start();
  REQUIRE(set_pin(client, session, "wrong", "abcd") == CKR_PIN_INCORRECT);
  REQUIRE(set_pin(client, session, "1234", "abc") == CKR_PIN_LEN_RANGE);
  REQUIRE(set_pin(client, session, "1234", "abcd") == CKR_OK);
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_OK);
  REQUIRE(set_pin(client, session, "abcd", "officer") == CKR_PIN_INCORRECT);
  REQUIRE(set_pin(client, session, "12345678", "officer") == CKR_OK);
  REQUIRE(client.list().C_Logout(session) == CKR_OK);
  REQUIRE(client.login(session, CKU_SO, "officer") == CKR_OK);
  REQUIRE(client.list().C_Logout(session) == CKR_OK);
  REQUIRE(client.login(session, CKU_USER, "abcd") == CKR_OK);
  REQUIRE(set_pin(client, open(client, 0), "abcd", "efgh") == CKR_SESSION_READ_ONLY);
  REQUIRE(token.log("C_SetPIN session=1 slot=0 user=so pin=right").size() == 1);
}

TEST_CASE("a PIN that is to be changed is changed without a login") {
  FakeToken token;
  token.rule("token to-be-changed");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_PIN_EXPIRED);
  REQUIRE(set_pin(client, session, "1234", "abcd") == CKR_OK);
  REQUIRE((token_info(client).flags & CKF_USER_PIN_TO_BE_CHANGED) == 0);
  REQUIRE(client.login(session, CKU_USER, "abcd") == CKR_OK);
}

TEST_CASE("wrong SO PINs are counted, announced and lock") {
  FakeToken token;
  token.rule("token so-locks-after=3");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  constexpr CK_FLAGS kAll = CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED;
  const auto flags = [&] { return token_info(client).flags & kAll; };
  REQUIRE(flags() == 0);
  REQUIRE(client.login(session, CKU_SO, "wrong") == CKR_PIN_INCORRECT);
  REQUIRE(flags() == CKF_SO_PIN_COUNT_LOW);
  REQUIRE(client.login(session, CKU_SO, "wrong") == CKR_PIN_INCORRECT);
  REQUIRE(flags() == (CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY));
  REQUIRE(client.login(session, CKU_SO, "wrong") == CKR_PIN_INCORRECT);
  REQUIRE(flags() == (CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_LOCKED));
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_PIN_LOCKED);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_OK);
}

TEST_CASE("the SO PIN's state can be given") {
  const auto [word, wanted] =
      GENERATE(table<std::string, CK_FLAGS>({{"so-count-low", CKF_SO_PIN_COUNT_LOW},
                                             {"so-final-try", CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY},
                                             {"so-locked", CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_LOCKED}}));
  FakeToken token;
  token.rule("token hardware=2.6 firmware=3.10 " + word);
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  const CK_TOKEN_INFO info = token_info(client);
  REQUIRE((info.flags & (CKF_SO_PIN_COUNT_LOW | CKF_SO_PIN_FINAL_TRY | CKF_SO_PIN_LOCKED)) == wanted);
  REQUIRE(info.hardwareVersion.minor == 6);
  REQUIRE(info.firmwareVersion.minor == 10);
}

TEST_CASE("the security officer gives a locked user a new PIN") {
  FakeToken token;
  token.rule("token locked");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_PIN_LOCKED);
  REQUIRE(client.login(session, CKU_SO, "12345678") == CKR_OK);
  REQUIRE(init_pin(client, session, "1234") == CKR_OK);
  REQUIRE(client.list().C_Logout(session) == CKR_OK);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_OK);
}

TEST_CASE("an initialised token, its PINs and their failures outlive the process with a state folder") {
  FakeToken token;
  token.keep_state().rule("token uninitialised so-locks-after=5").rule("key P-256 label=gone");
  Client client;
  REQUIRE(client.initialise() == CKR_OK);
  REQUIRE(init_token(client, "officer", "two \"words\"") == CKR_OK);
  CK_SESSION_HANDLE session = open(client);
  REQUIRE(client.login(session, CKU_SO, "officer") == CKR_OK);
  REQUIRE(init_pin(client, session, "user PIN") == CKR_OK);
  REQUIRE(set_pin(client, session, "officer", "other officer") == CKR_OK);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);

  session = client.start();
  REQUIRE(label_of(token_info(client)) == "two \"words\"");
  REQUIRE(client.find(session, CKO_PUBLIC_KEY).empty());
  REQUIRE(client.login(session, CKU_SO, "officer") == CKR_PIN_INCORRECT);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);

  session = client.start();
  REQUIRE((token_info(client).flags & CKF_SO_PIN_COUNT_LOW) != 0);
  REQUIRE(client.login(session, CKU_SO, "other officer") == CKR_OK);
  REQUIRE(client.list().C_Logout(session) == CKR_OK);
  REQUIRE(client.login(session, CKU_USER, "user PIN") == CKR_OK);
}
