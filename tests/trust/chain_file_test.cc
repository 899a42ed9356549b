#include <algorithm>

#include "chains.h"

using base::Bytes;
using support::Authority;
using support::TestKey;

namespace {

const support::Chain& chain() {
  static const support::Chain made = support::make_chain(p256_key());
  return made;
}
const Bytes& leaf() {
  return chain().leaf;
}
const Bytes& intermediate() {
  return chain().intermediate.certificate;
}
const Bytes& root() {
  return chain().root.certificate;
}
pkcs11::PublicKey token_key() {
  return p256_key().public_key();
}

std::string refusal(std::vector<Bytes> file, std::optional<pkcs11::PublicKey> key = std::nullopt) {
  const base::Error error = chain_error(file_sources(std::move(file), std::move(key)));
  CHECK_FALSE(error.hint().empty());
  return error.message();
}

Bytes unrelated_root() {
  return support::self_sign(support::ca_template("unrelated"), other_p256_key());
}

}  // namespace

TEST_CASE("a file that is exactly the chain is accepted with and without the key") {
  const trust::CheckedChain checked = trust::check_chain(file_sources(chain().certificates()), kWallNow);
  CHECK(checked.certificates() == chain().certificates());
  CHECK(checked.leaf_key() == token_key());
  CHECK(checked.spec() == pkcs11::KeySpec::ec_256);
  CHECK(checked.leaf_subject() == "CN=leaf");
  CHECK(checked.leaf_serial() == "112233");
  CHECK(checked.leaf_not_after() == base::WallTime(std::chrono::seconds(4'070'908'800)));
  CHECK(trust::check_chain(file_sources(chain().certificates(), token_key()), kWallNow).certificates().size() == 3);
}

TEST_CASE("a leaf without its issuers is refused") {
  CHECK(refusal({leaf()}) ==
        "certificate 1 of chain.pem (\"CN=leaf\") is alone, but it was issued by \"CN=intermediate\"");
}

TEST_CASE("a chain without its root is refused by the name of the root") {
  CHECK(refusal({leaf(), intermediate()}) ==
        "certificate 2 of chain.pem (\"CN=intermediate\") ends the chain but is not self-signed: its issuer "
        "\"CN=root\" is "
        "missing");
}

TEST_CASE("a chain without its intermediate is refused by the name of what is missing") {
  CHECK(refusal({leaf(), root()}) ==
        "the issuer \"CN=intermediate\" of certificate 1 of chain.pem (\"CN=leaf\") is missing: what follows is "
        "certificate 2 "
        "of chain.pem (\"CN=root\")");
}

TEST_CASE("a reversed chain is refused as reversed") {
  const std::string expected =
      "the certificates in chain.pem are in reverse order: the leaf \"CN=leaf\" is the last one";
  CHECK(refusal({root(), intermediate(), leaf()}) == expected);
  CHECK(refusal({root(), intermediate(), leaf()}, token_key()) == expected);
}

TEST_CASE("a leaf in the middle is refused by its place") {
  CHECK(refusal({intermediate(), leaf(), root()}, token_key()) ==
        "the certificates in chain.pem are out of order: the leaf is certificate 2 of chain.pem (\"CN=leaf\") and must "
        "be "
        "the first");
}

TEST_CASE("CA certificates in the wrong order are refused") {
  CHECK(refusal({leaf(), root(), intermediate()}) ==
        "the certificates are out of order: certificate 1 of chain.pem (\"CN=leaf\") was issued by certificate 3 of "
        "chain.pem (\"CN=intermediate\"), which is not the next");
}

TEST_CASE("a root that is there twice is refused") {
  CHECK(refusal({leaf(), intermediate(), root(), root()}) ==
        "certificate 4 of chain.pem (\"CN=root\") repeats certificate 3 of chain.pem");
}

TEST_CASE("a leaf that is there twice is refused") {
  CHECK(
      contains(refusal({leaf(), leaf(), intermediate(), root()}), "certificate 2 of chain.pem (\"CN=leaf\") repeats"));
}

TEST_CASE("a certificate after the root is refused") {
  CHECK(refusal({leaf(), intermediate(), root(), unrelated_root()}) ==
        "certificate 4 of chain.pem (\"CN=unrelated\") does not belong to the chain, which ends with certificate 3 of "
        "chain.pem (\"CN=root\")");
}

TEST_CASE("a certificate that does not belong to the chain is refused between the others") {
  CHECK(contains(refusal({leaf(), unrelated_root(), intermediate(), root()}), "the certificates are out of order"));
}

TEST_CASE("an old and a new leaf for one key in one file are refused") {
  const Bytes renewed = support::issue(support::leaf_template("renewed"), p256_key(), chain().intermediate);
  CHECK(contains(refusal({leaf(), renewed, intermediate(), root()}), "the certificates are out of order"));
  CHECK(refusal({leaf(), renewed}) ==
        "certificate 2 of chain.pem (\"CN=renewed\") is a second certificate for the key of "
        "certificate 1 of chain.pem");
}

TEST_CASE("the chain of another key is refused with both keys") {
  const std::string message = refusal(chain().certificates(), other_p256_key().public_key());
  CHECK(message.starts_with(
      "certificate 1 of chain.pem (\"CN=leaf\") is for another key: it holds EC-256 with fingerprint "));
  CHECK(contains(message, ", the key on the token is EC-256 with fingerprint "));
  CHECK(contains(refusal(chain().certificates(), TestKey::shared(pkcs11::KeySpec::rsa_2048).public_key()),
                 "the key on the token is RSA-2048 with fingerprint "));
}

TEST_CASE("a file with CA certificates alone is refused when the token has no leaf") {
  CHECK(refusal({intermediate(), root()}) ==
        "there is no certificate for the key: chain.pem holds CA certificates only, and the token has none for it");
  CHECK(contains(refusal({root()}, token_key()), "chain.pem holds CA certificates only"));
}

TEST_CASE("no file and nothing on the token is refused") {
  trust::ChainSources nothing;
  CHECK(chain_error(nothing).message() ==
        "there is no certificate for the key: the token has none, and no chain file is set");
}

TEST_CASE("a certificate in the chain that notation cannot read is refused by its place") {
  Bytes broken = root();
  broken.push_back(0);
  CHECK(refusal({leaf(), intermediate(), broken}) ==
        "certificate 3 of chain.pem cannot be read: 1 bytes follow the certificate");
  CHECK(contains(refusal({broken, root()}), "certificate 1 of chain.pem cannot be read"));
}

TEST_CASE("the leaf's key is known from a file that begins with a leaf, and only then") {
  CHECK(trust::leaf_key_in(chain().certificates(), "chain.pem") == token_key());
  CHECK_FALSE(trust::leaf_key_in({intermediate(), root()}, "chain.pem").has_value());
  CHECK_FALSE(trust::leaf_key_in({}, "chain.pem").has_value());
  REQUIRE_ERROR(trust::leaf_key_in({Bytes{1, 2, 3}}, "chain.pem"), base::ErrorKind::invalid_chain);
}

TEST_CASE("every order of a good chain but one is refused") {
  std::vector<Bytes> file = chain().certificates();
  std::ranges::sort(file);
  int accepted = 0;
  do {
    try {
      trust::check_chain(file_sources(file, token_key()), kWallNow);
      ++accepted;
      CHECK(file == chain().certificates());
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::invalid_chain);
    }
  } while (std::ranges::next_permutation(file).found);
  CHECK(accepted == 1);
}
