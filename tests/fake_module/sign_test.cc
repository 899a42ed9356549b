#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

const Bytes kData(1000, 0x5a);

int hash_of(const std::string& spec) {
  if (spec == "RSA-3072" || spec == "P-384") return 384;
  if (spec == "RSA-4096" || spec == "P-521") return 512;
  return 256;
}

CK_RV sign_init(Client& client, CK_SESSION_HANDLE session, CK_MECHANISM with) {
  return client.list().C_SignInit(session, &with, client.find(session, CKO_PRIVATE_KEY).at(0));
}

}  // namespace

TEST_CASE("RSA signatures of every mechanism verify") {
  const std::string spec = GENERATE(std::string("RSA-2048"), std::string("RSA-3072"), std::string("RSA-4096"));
  const int hash = hash_of(spec);
  const Bytes hashed = digest(hash, kData);
  FakeToken token;
  token.rule("key " + spec + " label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  Pss pss(hash);
  const CK_MECHANISM_TYPE hashing = hash == 256   ? CKM_SHA256_RSA_PKCS_PSS
                                    : hash == 384 ? CKM_SHA384_RSA_PKCS_PSS
                                                  : CKM_SHA512_RSA_PKCS_PSS;
  const CK_MECHANISM_TYPE plain = hash == 256   ? CKM_SHA256_RSA_PKCS
                                  : hash == 384 ? CKM_SHA384_RSA_PKCS
                                                : CKM_SHA512_RSA_PKCS;
  const std::string key = FakeToken::key_file(spec);
  REQUIRE(verifies_pss(key, hash, hashed, client.sign(session, pss.mechanism(), "k", hashed).signature));
  REQUIRE(verifies_pss(key, hash, hashed, client.sign(session, pss.mechanism(hashing), "k", kData).signature));
  REQUIRE(verifies_pkcs1(key, hash, hashed, client.sign(session, mechanism(plain), "k", kData).signature));
}

TEST_CASE("CKM_RSA_PKCS signs the DigestInfo it is given") {
  FakeToken token;
  token.rule("key RSA-2048 label=k");
  Client client;
  Bytes info = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
  const Bytes hashed = digest(256, kData);
  info.insert(info.end(), hashed.begin(), hashed.end());
  const auto made = client.sign(client.start("1234"), mechanism(CKM_RSA_PKCS), "k", info);
  REQUIRE(verifies_pkcs1(FakeToken::key_file("RSA-2048"), 256, hashed, made.signature));
}

TEST_CASE("ECDSA signatures of every mechanism verify and have a fixed length") {
  const std::string spec = GENERATE(std::string("P-224"), std::string("P-256"), std::string("P-384"),
                                    std::string("P-521"), std::string("secp256k1"));
  const int hash = hash_of(spec);
  const Bytes hashed = digest(hash, kData);
  FakeToken token;
  token.rule("key " + spec + " label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const CK_MECHANISM_TYPE hashing = hash == 256 ? CKM_ECDSA_SHA256 : hash == 384 ? CKM_ECDSA_SHA384 : CKM_ECDSA_SHA512;
  const std::string key = FakeToken::key_file(spec);
  const auto raw = client.sign(session, mechanism(CKM_ECDSA), "k", hashed);
  REQUIRE(verifies_ecdsa(key, hashed, raw.signature));
  REQUIRE(verifies_ecdsa(key, hashed, client.sign(session, mechanism(hashing), "k", kData).signature));
  REQUIRE(raw.signature.size() == (spec == "P-224" ? 56 : spec == "P-384" ? 96 : spec == "P-521" ? 132 : 64));
}

TEST_CASE("keys come from PEM files and from generation too") {
  FakeToken token;
  token.rule("key P-256 label=file pem=\"" + FakeToken::other_key_file("P-256") + "\"");
  token.rule("key P-256 label=new generate");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const Bytes hashed = digest(256, kData);
  const auto by_file = client.sign(session, mechanism(CKM_ECDSA), "file", hashed);
  const auto by_new = client.sign(session, mechanism(CKM_ECDSA), "new", hashed);
  REQUIRE(verifies_ecdsa(FakeToken::other_key_file("P-256"), hashed, by_file.signature));
  REQUIRE_FALSE(verifies_ecdsa(FakeToken::key_file("P-256"), hashed, by_new.signature));
}

TEST_CASE("hashing mechanisms sign in parts too") {
  FakeToken token;
  token.rule("key P-256 label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  REQUIRE(sign_init(client, session, mechanism(CKM_ECDSA_SHA256)) == CKR_OK);
  Bytes data = kData;
  REQUIRE(client.list().C_SignUpdate(session, data.data(), 400) == CKR_OK);
  REQUIRE(client.list().C_SignUpdate(session, data.data() + 400, 600) == CKR_OK);
  Bytes signature(64);
  CK_ULONG length = 64;
  REQUIRE(client.list().C_SignFinal(session, signature.data(), &length) == CKR_OK);
  REQUIRE(verifies_ecdsa(FakeToken::key_file("P-256"), digest(256, kData), signature));
}

TEST_CASE("PSS parameters must fit key, hash and mechanism") {
  FakeToken token;
  token.rule("key RSA-1024 label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  Pss good(256);
  REQUIRE(sign_init(client, session, mechanism(CKM_RSA_PKCS_PSS)) == CKR_MECHANISM_PARAM_INVALID);
  REQUIRE(sign_init(client, session, good.mechanism(CKM_SHA384_RSA_PKCS_PSS)) == CKR_MECHANISM_PARAM_INVALID);
  REQUIRE(sign_init(client, session, Pss(256, 95).mechanism()) == CKR_MECHANISM_PARAM_INVALID);
  REQUIRE(sign_init(client, session, Pss(512).mechanism()) == CKR_MECHANISM_PARAM_INVALID);
  Pss mixed(256);
  mixed.parameters.mgf = CKG_MGF1_SHA1;
  REQUIRE(sign_init(client, session, mixed.mechanism()) == CKR_MECHANISM_PARAM_INVALID);
  REQUIRE(sign_init(client, session, Pss(256, 94).mechanism()) == CKR_OK);
}

TEST_CASE("C_SignInit names what is wrong") {
  FakeToken token;
  token.rule("key P-256 label=k\nkey P-256 label=no sign=no");
  token.rule("key P-256 label=limited mechanisms=CKM_ECDSA_SHA256");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  CK_MECHANISM ecdsa = mechanism(CKM_ECDSA);
  Pss pss(256);
  REQUIRE(sign_init(client, session, pss.mechanism()) == CKR_KEY_TYPE_INCONSISTENT);
  REQUIRE(sign_init(client, session, mechanism(0x9999)) == CKR_MECHANISM_INVALID);
  REQUIRE(client.sign(session, ecdsa, "no", Bytes(32)).result == CKR_KEY_FUNCTION_NOT_PERMITTED);
  REQUIRE(client.sign(session, ecdsa, "limited", Bytes(32)).result == CKR_MECHANISM_INVALID);
  REQUIRE(client.list().C_SignInit(session, &ecdsa, 424242) == CKR_KEY_HANDLE_INVALID);
  REQUIRE(client.list().C_SignInit(session, &ecdsa, client.find(session, CKO_PUBLIC_KEY).at(0)) ==
          CKR_KEY_HANDLE_INVALID);
  REQUIRE(client.list().C_SignInit(session + 1, &ecdsa, 1) == CKR_SESSION_HANDLE_INVALID);
  REQUIRE(sign_init(client, session, ecdsa) == CKR_OK);
  REQUIRE(sign_init(client, session, ecdsa) == CKR_OPERATION_ACTIVE);
}

TEST_CASE("a visible private key still needs the login to sign") {
  FakeToken token;
  token.rule("key P-256 label=k private=visible");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(sign_init(client, session, mechanism(CKM_ECDSA)) == CKR_USER_NOT_LOGGED_IN);
}

TEST_CASE("data of the wrong length is refused") {
  FakeToken token;
  token.rule("key RSA-2048 label=r\nkey P-256 label=e");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  Pss pss(256);
  REQUIRE(client.sign(session, pss.mechanism(), "r", Bytes(31)).result == CKR_DATA_LEN_RANGE);
  REQUIRE(client.sign(session, mechanism(CKM_RSA_PKCS), "r", Bytes(246)).result == CKR_DATA_LEN_RANGE);
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA), "e", Bytes()).result == CKR_DATA_LEN_RANGE);
}

TEST_CASE("a size query and a small buffer leave the operation active, all else ends it") {
  FakeToken token;
  token.rule("key P-256 label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  Bytes data(32), signature(64);
  CK_ULONG length = 0;
  CK_FUNCTION_LIST& list = client.list();
  REQUIRE(list.C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_OPERATION_NOT_INITIALIZED);
  REQUIRE(sign_init(client, session, mechanism(CKM_ECDSA)) == CKR_OK);
  REQUIRE(list.C_Sign(session, data.data(), 32, nullptr, &length) == CKR_OK);
  REQUIRE(length == 64);
  length = 63;
  REQUIRE(list.C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_BUFFER_TOO_SMALL);
  REQUIRE(length == 64);
  REQUIRE(list.C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_OK);
  REQUIRE(list.C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_OPERATION_NOT_INITIALIZED);
}

TEST_CASE("an always-authenticate key wants the PIN between C_SignInit and C_Sign") {
  FakeToken token;
  token.rule("key P-256 label=k always-authenticate");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const Bytes hashed = digest(256, kData);
  REQUIRE(client.login(session, CKU_CONTEXT_SPECIFIC, "1234") == CKR_OPERATION_NOT_INITIALIZED);
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA), "k", hashed).result == CKR_USER_NOT_LOGGED_IN);
  for (int round = 0; round < 2; ++round) {
    REQUIRE(sign_init(client, session, mechanism(CKM_ECDSA)) == CKR_OK);
    REQUIRE(client.login(session, CKU_CONTEXT_SPECIFIC, "9999") == CKR_PIN_INCORRECT);
    REQUIRE(client.login(session, CKU_CONTEXT_SPECIFIC, "1234") == CKR_OK);
    Bytes data = hashed, signature(64);
    CK_ULONG length = 64;
    REQUIRE(client.list().C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_OK);
    REQUIRE(verifies_ecdsa(FakeToken::key_file("P-256"), hashed, signature));
  }
}

TEST_CASE("CKA_ALWAYS_AUTHENTICATE can lie both ways") {
  FakeToken token;
  token.rule("key P-256 label=demanded always-authenticate=demanded");
  token.rule("key P-256 label=announced always-authenticate=announced");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  CK_RV result = CKR_OK;
  client.read(session, client.find(session, CKO_PRIVATE_KEY, "demanded").at(0), CKA_ALWAYS_AUTHENTICATE, &result);
  REQUIRE(result == CKR_ATTRIBUTE_TYPE_INVALID);
  REQUIRE(client.read(session, client.find(session, CKO_PRIVATE_KEY, "announced").at(0), CKA_ALWAYS_AUTHENTICATE) ==
          Bytes{CK_TRUE});
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA), "demanded", Bytes(32)).result == CKR_USER_NOT_LOGGED_IN);
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA), "announced", Bytes(32)).result == CKR_OK);
}

TEST_CASE("the rules choose mechanisms and their limits") {
  FakeToken token;
  token.rule("key RSA-2048 label=k\nmechanisms CKM_RSA_PKCS_PSS,generate");
  token.rule("mechanism CKM_RSA_PKCS_PSS min=3072 max=4096 flags=0x800");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  CK_ULONG count = 0;
  REQUIRE(client.list().C_GetMechanismList(0, nullptr, &count) == CKR_OK);
  REQUIRE(count == 3);
  CK_MECHANISM_INFO info{};
  REQUIRE(client.list().C_GetMechanismInfo(0, CKM_ECDSA, &info) == CKR_MECHANISM_INVALID);
  REQUIRE(client.list().C_GetMechanismInfo(0, CKM_RSA_PKCS_PSS, &info) == CKR_OK);
  REQUIRE((info.ulMinKeySize == 3072 && info.ulMaxKeySize == 4096 && info.flags == CKF_SIGN));
  Pss pss(256);
  REQUIRE(sign_init(client, session, pss.mechanism()) == CKR_KEY_SIZE_RANGE);
}
