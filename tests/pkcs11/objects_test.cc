#include "objects.h"

#include "catch.h"
#include "selection.h"

using namespace pkcs11;

namespace {

PublicKey key(std::uint8_t which) {
  return RsaPublicKey{{0xC0, which}, {1, 0, 1}};
}

Object object(CK_OBJECT_CLASS type, const std::string& label, base::Bytes id, std::optional<PublicKey> of = {}) {
  Object made;
  made.type = type;
  made.label = label;
  made.id = std::move(id);
  made.key = std::move(of);
  if (type == CKO_CERTIFICATE)
    made.certificate = {0x30, made.key ? std::get<RsaPublicKey>(*made.key).modulus[1] : std::uint8_t{0}};
  return made;
}

}  // namespace

TEST_CASE("objects of one id are one key") {
  const auto groups = group_objects({object(CKO_PUBLIC_KEY, "a", {1}, key(1)), object(CKO_PRIVATE_KEY, "", {1}),
                                     object(CKO_CERTIFICATE, "b", {1}, key(1))});
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0].key == key(1));
  REQUIRE(groups[0].private_objects.size() == 1);
  REQUIRE(groups[0].certificates.size() == 1);
  REQUIRE(groups[0].front().label == "a");
}

TEST_CASE("an object without id joins the key with its label, if there is one") {
  auto groups = group_objects({object(CKO_CERTIFICATE, "a", {}, key(1)), object(CKO_PUBLIC_KEY, "a", {1}, key(1))});
  REQUIRE(groups.size() == 1);
  groups = group_objects({object(CKO_CERTIFICATE, "a", {}), object(CKO_PUBLIC_KEY, "a", {1}, key(1)),
                          object(CKO_PUBLIC_KEY, "a", {2}, key(2))});
  REQUIRE(groups.size() == 3);
  groups = group_objects({object(CKO_PUBLIC_KEY, "", {}, key(1)), object(CKO_PUBLIC_KEY, "", {}, key(2))});
  REQUIRE(groups.size() == 2);
}

TEST_CASE("two public keys under one id are two keys, each with its own certificates") {
  const auto groups = group_objects({object(CKO_PUBLIC_KEY, "a", {1}, key(1)), object(CKO_PUBLIC_KEY, "b", {1}, key(2)),
                                     object(CKO_CERTIFICATE, "c", {1}, key(2)), object(CKO_CERTIFICATE, "d", {1})});
  REQUIRE(groups.size() == 2);
  REQUIRE(groups[0].certificates.size() == 1);
  REQUIRE(groups[1].certificates.size() == 2);
}

TEST_CASE("a certificate of another key stays with the only key of its id") {
  const auto groups =
      group_objects({object(CKO_PUBLIC_KEY, "a", {1}, key(1)), object(CKO_CERTIFICATE, "a", {1}, key(2))});
  REQUIRE(groups.size() == 1);
  REQUIRE(groups[0].key == key(1));
  REQUIRE(groups[0].certificates.size() == 1);
}

TEST_CASE("a key that only certificates show has no public key but an identity") {
  const auto groups =
      group_objects({object(CKO_CERTIFICATE, "a", {1}, key(1)), object(CKO_CERTIFICATE, "a", {1}, key(1)),
                     object(CKO_CERTIFICATE, "a", {1}, key(2))});
  REQUIRE(groups.size() == 2);
  REQUIRE_FALSE(groups[0].key);
  REQUIRE(*groups[0].identity() == key(1));
  REQUIRE(groups[0].certificates.size() == 1);
  const KeyView view = view_of(groups[0], {});
  REQUIRE_FALSE(view.public_key);
  REQUIRE_FALSE(view.has_public);
  REQUIRE(view.certificates.size() == 1);
}

TEST_CASE("objects that are neither key nor certificate do not count") {
  REQUIRE(group_objects({object(CKO_DATA, "a", {}), object(CKO_SECRET_KEY, "a", {1})}).empty());
}

TEST_CASE("a label with a NUL in it is left out of the URI") {
  const auto groups = group_objects({object(CKO_PUBLIC_KEY, std::string("a\0b", 3), {1}, key(1))});
  const KeyView view = view_of(groups[0], {});
  REQUIRE_FALSE(view.uri.object);
  REQUIRE(view.uri.id == base::Bytes{1});
}

TEST_CASE("copies of a key on further tokens are told, and certificates elsewhere join the key of their token") {
  const auto match = [](std::size_t token, std::vector<Object> objects) {
    Match made;
    made.token = token;
    made.group = group_objects(std::move(objects)).at(0);
    made.uri = view_of(made.group, {}).uri;
    return made;
  };
  const Selection selection = without_copies(
      {match(0, {object(CKO_CERTIFICATE, "cert", {9}, key(1))}), match(0, {object(CKO_PUBLIC_KEY, "k", {1}, key(1))}),
       match(1, {object(CKO_PUBLIC_KEY, "k", {1}, key(1))}), match(1, {object(CKO_PUBLIC_KEY, "m", {2}, key(2))})});
  REQUIRE(selection.matches.size() == 2);
  REQUIRE(selection.matches[0].token == 0);
  REQUIRE(selection.matches[0].uri.object == "k");
  REQUIRE(selection.matches[0].group.certificates.size() == 1);
  REQUIRE(selection.matches[1].uri.object == "m");
  REQUIRE(selection.copies.size() == 1);
  REQUIRE(selection.remarks.size() == 1);
}
