#include <array>

#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

const unsigned char kYes = CK_TRUE;
const Bytes kP256 = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
const Bytes kId = {9, 9};

struct Pair {
  CK_RV result;
  CK_OBJECT_HANDLE public_key = 0;
  CK_OBJECT_HANDLE private_key = 0;
};

Pair generate(Client& client, CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, std::vector<CK_ATTRIBUTE> for_public,
              std::vector<CK_ATTRIBUTE> for_private = {}) {
  for (auto* given : {&for_public, &for_private}) {
    given->push_back(attribute(CKA_TOKEN, &kYes, 1));
    given->push_back(attribute(CKA_LABEL, "new", 3));
    given->push_back(attribute(CKA_ID, kId.data(), kId.size()));
  }
  CK_MECHANISM with = mechanism(type);
  Pair pair{};
  pair.result =
      client.list().C_GenerateKeyPair(session, &with, for_public.data(), for_public.size(), for_private.data(),
                                      for_private.size(), &pair.public_key, &pair.private_key);
  return pair;
}

Pair generate_ec(Client& client, CK_SESSION_HANDLE session) {
  return generate(client, session, CKM_EC_KEY_PAIR_GEN, {attribute(CKA_EC_PARAMS, kP256.data(), kP256.size())});
}

}  // namespace

TEST_CASE("a generated EC key signs") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const Pair pair = generate_ec(client, session);
  REQUIRE(pair.result == CKR_OK);
  REQUIRE(client.read(session, pair.private_key, CKA_ID) == kId);
  REQUIRE(client.read(session, pair.public_key, CKA_EC_PARAMS) == kP256);
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA), "new", Bytes(32, 1)).signature.size() == 64);
}

TEST_CASE("a generated RSA key has the size asked for, or is the prepared one") {
  FakeToken token;
  const bool quick = GENERATE(false, true);
  if (quick) token.rule("quirk quick-generate");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const CK_ULONG bits = 2048;
  const Pair pair =
      generate(client, session, CKM_RSA_PKCS_KEY_PAIR_GEN, {attribute(CKA_MODULUS_BITS, &bits, sizeof bits)});
  REQUIRE(pair.result == CKR_OK);
  REQUIRE(client.read(session, pair.public_key, CKA_MODULUS).size() == 256);
  Pss pss(256);
  const auto made = client.sign(session, pss.mechanism(), "new", Bytes(32, 1));
  REQUIRE(verifies_pss(FakeToken::key_file("RSA-2048"), 256, Bytes(32, 1), made.signature) == quick);
}

TEST_CASE("key templates are checked") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const CK_ULONG bits = 512;
  const Bytes unknown = {0x06, 0x03, 0x2b, 0x65, 0x70};
  REQUIRE(generate(client, session, CKM_RSA_PKCS_KEY_PAIR_GEN, {}).result == CKR_TEMPLATE_INCOMPLETE);
  REQUIRE(
      generate(client, session, CKM_RSA_PKCS_KEY_PAIR_GEN, {attribute(CKA_MODULUS_BITS, &bits, sizeof bits)}).result ==
      CKR_KEY_SIZE_RANGE);
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {attribute(CKA_EC_PARAMS, unknown.data(), unknown.size())})
              .result == CKR_CURVE_NOT_SUPPORTED);
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {attribute(CKA_EC_PARAMS, "PRIME", 5)}).result ==
          CKR_DOMAIN_PARAMS_INVALID);
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {attribute(CKA_SIGN, &kYes, 1)}).result ==
          CKR_ATTRIBUTE_TYPE_INVALID);
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {attribute(CKA_LABEL, "twice", 5)}).result ==
          CKR_TEMPLATE_INCONSISTENT);
  REQUIRE(generate(client, session, CKM_ECDSA, {}).result == CKR_MECHANISM_INVALID);
}

TEST_CASE("token objects need a read-write session and private ones a login") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE writer = client.start();
  REQUIRE(generate_ec(client, writer).result == CKR_USER_NOT_LOGGED_IN);
  CK_SESSION_HANDLE reader = 0;
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &reader) == CKR_OK);
  REQUIRE(client.login(reader, CKU_USER, "1234") == CKR_OK);
  REQUIRE(generate_ec(client, reader).result == CKR_SESSION_READ_ONLY);
}

TEST_CASE("session objects end with their session") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  CK_SESSION_HANDLE other = 0;
  REQUIRE(client.list().C_OpenSession(0, CKF_SERIAL_SESSION, nullptr, nullptr, &other) == CKR_OK);
  CK_MECHANISM with = mechanism(CKM_EC_KEY_PAIR_GEN);
  CK_ATTRIBUTE curve = attribute(CKA_EC_PARAMS, kP256.data(), kP256.size());
  CK_OBJECT_HANDLE keys[2];
  REQUIRE(client.list().C_GenerateKeyPair(other, &with, &curve, 1, nullptr, 0, &keys[0], &keys[1]) == CKR_OK);
  REQUIRE(client.find(session, CKO_PRIVATE_KEY).size() == 1);
  REQUIRE(client.list().C_CloseSession(other) == CKR_OK);
  REQUIRE(client.find(session, CKO_PRIVATE_KEY).empty());
}

TEST_CASE("generated keys and stored certificates outlive the process with a state folder") {
  FakeToken token;
  const bool keeps = GENERATE(false, true);
  if (keeps) token.keep_state();
  Client client;
  CK_SESSION_HANDLE session = client.start("1234");
  REQUIRE(generate_ec(client, session).result == CKR_OK);
  const Bytes point = client.read(session, client.find(session, CKO_PUBLIC_KEY).at(0), CKA_EC_POINT);
  const CK_OBJECT_CLASS certificate = CKO_CERTIFICATE;
  const CK_CERTIFICATE_TYPE x509 = CKC_X_509;
  std::array<CK_ATTRIBUTE, 6> stored = {attribute(CKA_CLASS, &certificate, sizeof certificate),
                                        attribute(CKA_CERTIFICATE_TYPE, &x509, sizeof x509),
                                        attribute(CKA_TOKEN, &kYes, 1),
                                        attribute(CKA_SUBJECT, "\x30\x00", 2),
                                        attribute(CKA_VALUE, "\x30\x00", 2),
                                        attribute(CKA_LABEL, "a \"b\"", 5)};
  CK_OBJECT_HANDLE handle = 0;
  REQUIRE(client.list().C_CreateObject(session, stored.data(), stored.size(), &handle) == CKR_OK);
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);

  session = client.start("1234");
  REQUIRE(client.find(session, CKO_CERTIFICATE, "a \"b\"").size() == (keeps ? 1 : 0));
  REQUIRE(client.find(session, CKO_PRIVATE_KEY, "new").size() == (keeps ? 1 : 0));
  if (!keeps) return;
  REQUIRE(client.read(session, client.find(session, CKO_PUBLIC_KEY).at(0), CKA_EC_POINT) == point);
  REQUIRE(client.sign(session, mechanism(CKM_ECDSA), "new", Bytes(32, 1)).result == CKR_OK);
  for (const CK_OBJECT_HANDLE object : client.find(session, CKO_PRIVATE_KEY)) {
    REQUIRE(client.list().C_DestroyObject(session, object) == CKR_OK);
  }
  REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);
  session = client.start("1234");
  REQUIRE(client.find(session, CKO_PRIVATE_KEY).empty());
  REQUIRE(client.find(session, CKO_PUBLIC_KEY).size() == 1);
}

TEST_CASE("only certificates can be created, and only whole ones") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const CK_OBJECT_CLASS data = CKO_DATA, certificate = CKO_CERTIFICATE;
  CK_ATTRIBUTE given = attribute(CKA_CLASS, &data, sizeof data);
  CK_OBJECT_HANDLE handle = 0;
  REQUIRE(client.list().C_CreateObject(session, &given, 1, &handle) == CKR_ATTRIBUTE_VALUE_INVALID);
  given = attribute(CKA_CLASS, &certificate, sizeof certificate);
  REQUIRE(client.list().C_CreateObject(session, &given, 1, &handle) == CKR_TEMPLATE_INCOMPLETE);
}

TEST_CASE("objects can be destroyed once") {
  FakeToken token;
  token.rule("key P-256 label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const auto key = client.find(session, CKO_PRIVATE_KEY).at(0);
  REQUIRE(client.list().C_DestroyObject(session, key) == CKR_OK);
  REQUIRE(client.list().C_DestroyObject(session, key) == CKR_OBJECT_HANDLE_INVALID);
  REQUIRE(client.find(session, CKO_PRIVATE_KEY).empty());
}

TEST_CASE("what a template asks beyond the usual is kept, also with a state folder") {
  FakeToken token;
  const bool keeps = GENERATE(false, true);
  if (keeps) token.keep_state();
  token.rule("quirk quick-generate").rule("quirk takes-vendor-attributes");
  Client client;
  CK_SESSION_HANDLE session = client.start("1234");
  constexpr CK_ATTRIBUTE_TYPE kVendors = CKA_VENDOR_DEFINED | 7;
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {attribute(CKA_EC_PARAMS, kP256.data(), kP256.size())},
                   {attribute(CKA_UNWRAP, &kYes, 1), attribute(kVendors, "abc", 3)})
              .result == CKR_OK);
  if (keeps) {
    REQUIRE(client.list().C_Finalize(nullptr) == CKR_OK);
    session = client.start("1234");
  }
  const CK_OBJECT_HANDLE key = client.find(session, CKO_PRIVATE_KEY, "new").at(0);
  REQUIRE(client.read(session, key, CKA_UNWRAP) == Bytes{CK_TRUE});
  REQUIRE(client.read(session, key, kVendors) == Bytes{'a', 'b', 'c'});
  REQUIRE(client.read(session, key, CKA_DECRYPT) == Bytes{CK_FALSE});
}

TEST_CASE("attributes of vendors are refused unless the module knows them") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN,
                   {attribute(CKA_EC_PARAMS, kP256.data(), kP256.size()), attribute(CKA_VENDOR_DEFINED, "a", 1)})
              .result == CKR_ATTRIBUTE_TYPE_INVALID);
}

TEST_CASE("X9.31 and a vendor's mechanism make RSA keys where the rules offer them") {
  FakeToken token;
  token.rule("quirk quick-generate");
  const CK_ULONG bits = 2048;
  const std::vector<CK_ATTRIBUTE> size = {attribute(CKA_MODULUS_BITS, &bits, sizeof bits)};
  const bool offered = GENERATE(false, true);
  if (offered) token.rule("mechanisms hashed,CKM_RSA_X9_31_KEY_PAIR_GEN").rule("mechanism 0x80000142 generates=RSA");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const CK_RV others = offered ? CKR_OK : CKR_MECHANISM_INVALID;
  REQUIRE(generate(client, session, CKM_RSA_X9_31_KEY_PAIR_GEN, size).result == others);
  REQUIRE(generate(client, session, 0x80000142, size).result == others);
  REQUIRE(generate(client, session, CKM_RSA_PKCS_KEY_PAIR_GEN, size).result ==
          (offered ? CKR_MECHANISM_INVALID : CKR_OK));
  const CK_OBJECT_HANDLE key = client.find(session, CKO_PRIVATE_KEY, "new").at(0);
  const CK_MECHANISM_TYPE type = offered ? CKM_RSA_X9_31_KEY_PAIR_GEN : CKM_RSA_PKCS_KEY_PAIR_GEN;
  REQUIRE(client.read(session, key, CKA_KEY_GEN_MECHANISM) ==
          fake::Bytes(reinterpret_cast<const std::uint8_t*>(&type), reinterpret_cast<const std::uint8_t*>(&type + 1)));
}

TEST_CASE("rules want and refuse attributes of templates") {
  FakeToken token;
  token.rule("quirk quick-generate").rule("template CKA_KEY_TYPE private wanted");
  token.rule("template CKA_SUBJECT refused CKR_ATTRIBUTE_READ_ONLY");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  REQUIRE(generate_ec(client, session).result == CKR_TEMPLATE_INCOMPLETE);
  const CK_KEY_TYPE type = CKK_EC;
  const CK_ATTRIBUTE curve = attribute(CKA_EC_PARAMS, kP256.data(), kP256.size());
  const CK_ATTRIBUTE kind = attribute(CKA_KEY_TYPE, &type, sizeof type);
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {curve, attribute(CKA_SUBJECT, "a", 1)}, {kind}).result ==
          CKR_ATTRIBUTE_READ_ONLY);
  REQUIRE(generate(client, session, CKM_EC_KEY_PAIR_GEN, {curve}, {kind}).result == CKR_OK);
}
