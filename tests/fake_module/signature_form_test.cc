#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

const Bytes kHash = digest(256, Bytes(10, 1));

struct Made {
  CK_RV result;
  Bytes signature;
};

// What a token with these rules answers to CKM_ECDSA or CKM_RSA_PKCS_PSS over kHash.
Made sign_with(const std::string& spec, const std::string& form) {
  FakeToken token;
  token.rule("key " + spec + " label=k\nquirk signature " + form);
  Client client;
  Pss pss(256);
  const auto made =
      client.sign(client.start("1234"), spec[0] == 'P' ? mechanism(CKM_ECDSA) : pss.mechanism(), "k", kHash);
  return {made.result, made.signature};
}

}  // namespace

TEST_CASE("an ECDSA signature can come as DER") {
  const Made made = sign_with("P-384", "der");
  REQUIRE(made.signature.at(0) == 0x30);
  REQUIRE(verifies_ecdsa_der(FakeToken::key_file("P-384"), kHash, made.signature));
}

TEST_CASE("an ECDSA signature can lack its leading zeros") {
  const Made made = sign_with("P-256", "short-integers");
  REQUIRE(made.result == CKR_OK);
  REQUIRE(made.signature.size() < 64);
}

TEST_CASE("an RSA signature can lack its leading zero") {
  Made made = sign_with("RSA-1024", "stripped-zero");
  REQUIRE(made.signature.size() == 127);
  made.signature.insert(made.signature.begin(), 0);
  REQUIRE(verifies_pss(FakeToken::key_file("RSA-1024"), 256, kHash, made.signature));
}

TEST_CASE("a PSS signature can have another salt length") {
  const Made made = sign_with("RSA-2048", "wrong-salt");
  REQUIRE(made.signature.size() == 256);
  REQUIRE_FALSE(verifies_pss(FakeToken::key_file("RSA-2048"), 256, kHash, made.signature));
}

TEST_CASE("another key can sign") {
  const Made ec = sign_with("P-256", "wrong-key");
  REQUIRE_FALSE(verifies_ecdsa(FakeToken::key_file("P-256"), kHash, ec.signature));
  REQUIRE(verifies_ecdsa(FakeToken::other_key_file("P-256"), kHash, ec.signature));
  const Made rsa = sign_with("RSA-2048", "wrong-key");
  REQUIRE(verifies_pss(FakeToken::other_key_file("RSA-2048"), 256, kHash, rsa.signature));
}

TEST_CASE("a signature can be garbage, empty or too short") {
  const Made garbage = sign_with("P-256", "garbage");
  REQUIRE(garbage.signature.size() == 64);
  REQUIRE_FALSE(verifies_ecdsa(FakeToken::key_file("P-256"), kHash, garbage.signature));
  const Made empty = sign_with("P-256", "empty");
  REQUIRE((empty.result == CKR_OK && empty.signature.empty()));
  REQUIRE(sign_with("RSA-2048", "truncated").signature.size() == 255);
}

TEST_CASE("sizes and the end of an operation can deviate") {
  FakeToken token;
  token.rule("key P-256 label=k always-authenticate=demanded");
  token.rule("quirk over-reports-size\nquirk small-buffer-ends-operation\nquirk operation-survives-refusal");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  CK_MECHANISM ecdsa = mechanism(CKM_ECDSA);
  const auto key = client.find(session, CKO_PRIVATE_KEY).at(0);
  Bytes data = kHash, signature(64);
  CK_ULONG length = 0;
  REQUIRE(client.list().C_SignInit(session, &ecdsa, key) == CKR_OK);
  REQUIRE(client.list().C_Sign(session, data.data(), 32, nullptr, &length) == CKR_OK);
  REQUIRE(length == 80);
  length = 64;
  REQUIRE(client.list().C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_USER_NOT_LOGGED_IN);
  REQUIRE(client.list().C_SignInit(session, &ecdsa, key) == CKR_OPERATION_ACTIVE);
  length = 10;
  REQUIRE(client.list().C_Sign(session, data.data(), 32, signature.data(), &length) == CKR_BUFFER_TOO_SMALL);
  REQUIRE(client.list().C_SignInit(session, &ecdsa, key) == CKR_OK);
}
