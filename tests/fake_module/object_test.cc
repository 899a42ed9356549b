#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "catch.h"
#include "client.h"

using fake::Bytes;

namespace {

Bytes text(const std::string& value) {
  return Bytes(value.begin(), value.end());
}

}  // namespace

TEST_CASE("private objects are seen after a login alone") {
  FakeToken token;
  token.rule("key P-256 label=k id=01");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.find(session, CKO_PUBLIC_KEY).size() == 1);
  REQUIRE(client.find(session, CKO_PRIVATE_KEY).empty());
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_OK);
  const auto keys = client.find(session, CKO_PRIVATE_KEY);
  REQUIRE(keys.size() == 1);
  REQUIRE(client.list().C_Logout(session) == CKR_OK);
  CK_RV result = CKR_OK;
  client.read(session, keys[0], CKA_LABEL, &result);
  REQUIRE(result == CKR_OBJECT_HANDLE_INVALID);
}

TEST_CASE("each half can be hidden, visible, nameless or missing") {
  FakeToken token;
  token.rule("key P-256 label=hidden public=hidden private=visible");
  token.rule("key P-256 label=alone public=no");
  token.rule("key P-256 label=half private-label=\"\" private-id=07");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.find(session, CKO_PUBLIC_KEY, "hidden").empty());
  REQUIRE(client.find(session, CKO_PRIVATE_KEY, "hidden").size() == 1);
  REQUIRE(client.login(session, CKU_USER, "1234") == CKR_OK);
  REQUIRE(client.find(session, CKO_PUBLIC_KEY, "hidden").size() == 1);
  REQUIRE(client.find(session, CKO_PUBLIC_KEY, "alone").empty());
  REQUIRE(client.find(session, CKO_PRIVATE_KEY, "half").empty());
  const auto keys = client.find(session, CKO_PRIVATE_KEY);
  REQUIRE(client.read(session, keys.back(), CKA_ID) == Bytes{7});
  REQUIRE(client.read(session, keys.back(), CKA_LABEL).empty());
}

TEST_CASE("a token without login shows everything") {
  FakeToken token;
  token.rule("token no-login\nkey P-256 label=k");
  Client client;
  REQUIRE(client.find(client.start(), CKO_PRIVATE_KEY).size() == 1);
}

TEST_CASE("identical objects and fillers are objects of their own") {
  FakeToken token;
  token.rule("key P-256 label=twin copies=2\nfiller 1000");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  REQUIRE(client.find(session, CKO_PUBLIC_KEY, "twin").size() == 2);
  REQUIRE(client.find(session, CKO_PUBLIC_KEY, "filler-1000").size() == 1);
  REQUIRE(client.find(session, CKO_PUBLIC_KEY).size() == 1002);
}

TEST_CASE("a search is one at a time and must be ended") {
  FakeToken token;
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  CK_OBJECT_HANDLE object = 0;
  CK_ULONG count = 0;
  REQUIRE(client.list().C_FindObjects(session, &object, 1, &count) == CKR_OPERATION_NOT_INITIALIZED);
  REQUIRE(client.list().C_FindObjectsInit(session, nullptr, 0) == CKR_OK);
  REQUIRE(client.list().C_FindObjectsInit(session, nullptr, 0) == CKR_OPERATION_ACTIVE);
  REQUIRE(client.list().C_FindObjectsFinal(session) == CKR_OK);
  REQUIRE(client.list().C_FindObjectsFinal(session) == CKR_OPERATION_NOT_INITIALIZED);
}

TEST_CASE("objects can come one by one") {
  FakeToken token;
  token.rule("filler 3 kind=certificate\nquirk one-object-at-a-time");
  Client client;
  REQUIRE(client.find(client.start(), CKO_CERTIFICATE).size() == 3);
  REQUIRE(token.log("leave C_FindObjects CKR_OK found=1").size() == 3);
}

TEST_CASE("a picky token refuses more than class, id and label") {
  FakeToken token;
  token.rule("quirk picky-search");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  const unsigned char yes = CK_TRUE;
  CK_ATTRIBUTE sign = attribute(CKA_SIGN, &yes, 1);
  CK_ATTRIBUTE empty = attribute(CKA_LABEL, "", 0);
  REQUIRE(client.list().C_FindObjectsInit(session, &sign, 1) == CKR_TEMPLATE_INCONSISTENT);
  REQUIRE(client.list().C_FindObjectsInit(session, &empty, 1) == CKR_TEMPLATE_INCONSISTENT);
}

TEST_CASE("one unreadable attribute leaves the others readable") {
  FakeToken token;
  token.rule("key RSA-2048 label=k id=05");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const auto key = client.find(session, CKO_PRIVATE_KEY).at(0);
  std::array<unsigned char, 64> id{};
  std::array<CK_ATTRIBUTE, 4> wanted = {attribute(CKA_PRIVATE_EXPONENT, nullptr, 0),
                                        attribute(CKA_MODULUS_BITS, nullptr, 0), attribute(CKA_LABEL, nullptr, 0),
                                        attribute(CKA_ID, id.data(), id.size())};
  REQUIRE(client.list().C_GetAttributeValue(session, key, wanted.data(), 1) == CKR_ATTRIBUTE_SENSITIVE);
  REQUIRE(client.list().C_GetAttributeValue(session, key, wanted.data(), 4) == CKR_ATTRIBUTE_TYPE_INVALID);
  REQUIRE(wanted[0].ulValueLen == CK_UNAVAILABLE_INFORMATION);
  REQUIRE(wanted[1].ulValueLen == CK_UNAVAILABLE_INFORMATION);
  REQUIRE(wanted[2].ulValueLen == 1);
  REQUIRE((wanted[3].ulValueLen == 1 && id[0] == 5));
}

TEST_CASE("a small buffer for an attribute is refused") {
  FakeToken token;
  token.rule("key P-256 label=long");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  unsigned char room[2];
  CK_ATTRIBUTE label = attribute(CKA_LABEL, room, sizeof room);
  REQUIRE(client.list().C_GetAttributeValue(session, client.find(session, CKO_PUBLIC_KEY).at(0), &label, 1) ==
          CKR_BUFFER_TOO_SMALL);
  REQUIRE(label.ulValueLen == CK_UNAVAILABLE_INFORMATION);
}

TEST_CASE("a batch with an unreadable attribute can fail as a whole") {
  FakeToken token;
  token.rule("key RSA-2048 label=k\nquirk whole-attribute-batch-fails\nattribute CKA_MODULUS_BITS unavailable public");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  std::array<CK_ATTRIBUTE, 2> wanted = {attribute(CKA_LABEL, nullptr, 77), attribute(CKA_MODULUS_BITS, nullptr, 77)};
  REQUIRE(client.list().C_GetAttributeValue(session, client.find(session, CKO_PUBLIC_KEY).at(0), wanted.data(), 2) ==
          CKR_ATTRIBUTE_TYPE_INVALID);
  REQUIRE((wanted[0].ulValueLen == 77 && wanted[1].ulValueLen == 77));
}

TEST_CASE("rules change what attributes read as") {
  FakeToken token;
  token.rule("key RSA-2048 label=k id=01");
  token.rule("attribute CKA_PUBLIC_KEY_INFO empty\nattribute CKA_LABEL sensitive private");
  token.rule("attribute CKA_MODULUS_BITS value=00000800");
  Client client;
  const CK_SESSION_HANDLE session = client.start("1234");
  const auto public_key = client.find(session, CKO_PUBLIC_KEY).at(0);
  const auto private_key = client.find(session, CKO_PRIVATE_KEY, "k").at(0);
  CK_RV result = CKR_OK;
  REQUIRE(client.read(session, public_key, CKA_PUBLIC_KEY_INFO, &result).empty());
  REQUIRE(result == CKR_OK);
  client.read(session, private_key, CKA_LABEL, &result);
  REQUIRE(result == CKR_ATTRIBUTE_SENSITIVE);
  REQUIRE(client.read(session, public_key, CKA_LABEL) == text("k"));
  REQUIRE(client.read(session, public_key, CKA_MODULUS_BITS) == Bytes{0, 0, 8, 0});
}

TEST_CASE("an EC key's point and parameters take the form of a quirk") {
  FakeToken token;
  const std::string spec = GENERATE(std::string("P-256"), std::string("P-521"));
  const std::size_t field = spec == "P-256" ? 32 : 66;
  token.rule("key " + spec + " label=k");
  const auto point_with = [&](const std::string& quirk) {
    if (!quirk.empty()) token.rule("quirk ec-point " + quirk);
    Client client;
    const CK_SESSION_HANDLE session = client.start();
    return client.read(session, client.find(session, CKO_PUBLIC_KEY).at(0), CKA_EC_POINT);
  };
  SECTION("octet string") {
    const Bytes point = point_with("");
    REQUIRE(point.size() == 2 * field + (spec == "P-256" ? 3 : 4));
    REQUIRE(point[0] == 0x04);
  }
  SECTION("raw") {
    REQUIRE(point_with("raw").size() == 2 * field + 1);
  }
  SECTION("compressed") {
    REQUIRE(point_with("compressed").size() == field + 3);
  }
  SECTION("malformed") {
    const Bytes point = point_with("malformed");
    REQUIRE(point.size() == 2 * field + 3);
    REQUIRE(point[1] == 2 * field + 1);
  }
}

TEST_CASE("curves are named by identifier, by name or by all their numbers") {
  FakeToken token;
  token.rule("key P-384 label=k");
  const auto parameters = [&] {
    Client client;
    const CK_SESSION_HANDLE session = client.start();
    return client.read(session, client.find(session, CKO_PUBLIC_KEY).at(0), CKA_EC_PARAMS);
  };
  SECTION("identifier") {
    REQUIRE(parameters() == Bytes{0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22});
  }
  SECTION("name") {
    token.rule("quirk ec-params name");
    Bytes expected = {0x13, 9};
    for (const char letter : std::string("secp384r1"))
      expected.push_back(static_cast<std::uint8_t>(letter));
    REQUIRE(parameters() == expected);
  }
  SECTION("explicit") {
    token.rule("quirk ec-params explicit");
    const Bytes found = parameters();
    REQUIRE((found.size() > 100 && found[0] == 0x30));
  }
}

TEST_CASE("CKA_PUBLIC_KEY_INFO is the key's own") {
  FakeToken token;
  token.rule("key P-256 label=k");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  const Bytes info = client.read(session, client.find(session, CKO_PUBLIC_KEY).at(0), CKA_PUBLIC_KEY_INFO);
  const Bytes point = client.read(session, client.find(session, CKO_PUBLIC_KEY).at(0), CKA_EC_POINT);
  REQUIRE(std::equal(point.begin() + 2, point.end(), info.end() - 65, info.end()));
}

TEST_CASE("a certificate can be any bytes") {
  FakeToken token;
  token.rule("certificate value=3003020105 label=odd id=aa copies=2\ncertificate value=3000 label=secret hidden");
  Client client;
  const CK_SESSION_HANDLE session = client.start();
  const auto found = client.find(session, CKO_CERTIFICATE);
  REQUIRE(found.size() == 2);
  REQUIRE(client.read(session, found[1], CKA_VALUE) == Bytes{0x30, 3, 2, 1, 5});
  REQUIRE(client.read(session, found[1], CKA_ID) == Bytes{0xaa});
}
