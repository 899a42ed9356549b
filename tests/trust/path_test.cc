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

struct Case {
  std::vector<Bytes> file, leaves, issuers;
  std::optional<pkcs11::PublicKey> key = p256_key().public_key();
};

trust::ChainSources sources(Case one) {
  return {.file = std::move(one.file),
          .file_name = "ca.pem",
          .token_leaves = std::move(one.leaves),
          .token_issuers = std::move(one.issuers),
          .key = std::move(one.key)};
}
std::vector<Bytes> build(Case one) {
  return trust::check_chain(sources(std::move(one)), kWallNow).certificates();
}
std::string refusal(Case one) {
  return chain_error(sources(std::move(one))).message();
}

Bytes unrelated() {
  return support::self_sign(support::ca_template("unrelated"), other_p256_key());
}

support::CertificateTemplate expired(support::CertificateTemplate form) {
  form.not_after = kNow - 1;
  return form;
}

}  // namespace

TEST_CASE("the chain of a leaf on the token is built from the file in any order") {
  CHECK(build({.file = {intermediate(), root()}, .leaves = {leaf()}, .issuers = {}}) == chain().certificates());
  CHECK(build({.file = {root(), intermediate()}, .leaves = {leaf()}, .issuers = {}}) == chain().certificates());
}

TEST_CASE("the chain of a leaf on the token is built from the token") {
  CHECK(build({.file = {}, .leaves = {leaf()}, .issuers = {root(), leaf(), intermediate()}}) == chain().certificates());
}

TEST_CASE("file and token complete each other, and what does not belong is ignored") {
  CHECK(build({.file = {unrelated(), root()}, .leaves = {leaf()}, .issuers = {intermediate(), unrelated()}}) ==
        chain().certificates());
  CHECK(build({.file = {root(), root()}, .leaves = {leaf(), leaf()}, .issuers = {intermediate(), root()}}) ==
        chain().certificates());
}

TEST_CASE("a certificate that cannot be read does no harm in a pool, and is named when the chain is incomplete") {
  Bytes broken = intermediate();
  broken.push_back(0);
  CHECK(build({.file = {broken, intermediate(), root()}, .leaves = {leaf()}, .issuers = {}}) == chain().certificates());
  const base::Error error = chain_error(sources({.file = {broken, root()}, .leaves = {leaf()}, .issuers = {}}));
  CHECK(contains(error.message(), "the certificate chain is incomplete"));
  CHECK(contains(error.hint(), "certificate 1 of ca.pem cannot be read"));
}

TEST_CASE("a missing issuer is named with where it was looked for") {
  CHECK(refusal({.file = {root()}, .leaves = {leaf()}, .issuers = {}}) ==
        "the certificate chain is incomplete: the issuer \"CN=intermediate\" of the certificate on the token "
        "(\"CN=leaf\") is "
        "neither in ca.pem nor on the token");
  CHECK(refusal({.file = {intermediate()}, .leaves = {leaf()}, .issuers = {}}) ==
        "the certificate chain is incomplete: the issuer \"CN=root\" of certificate 1 of ca.pem (\"CN=intermediate\") "
        "is neither "
        "in ca.pem nor on the token");
  trust::ChainSources no_file = sources({.file = {}, .leaves = {leaf()}, .issuers = {}});
  no_file.file_name.clear();
  CHECK(contains(chain_error(no_file).message(), "is not on the token, and no chain file is set"));
}

TEST_CASE("an issuer of the right name that did not sign is passed over, and named when nothing else fits") {
  const Bytes impostor = support::self_sign(support::ca_template("intermediate"), other_p256_key());
  CHECK(build({.file = {impostor, intermediate(), root()}, .leaves = {leaf()}, .issuers = {}}) ==
        chain().certificates());
  const base::Error error = chain_error(sources({.file = {impostor, root()}, .leaves = {leaf()}, .issuers = {}}));
  CHECK(contains(error.message(), "the issuer \"CN=intermediate\""));
  CHECK(contains(error.hint(),
                 "certificate 1 of ca.pem (\"CN=intermediate\") has the issuer's name, but its key did not sign"));
}

TEST_CASE("of several paths the one that is valid now is taken") {
  const TestKey& key = chain().intermediate.key;
  const Bytes old = support::issue(expired(support::ca_template("intermediate")), key, chain().root);
  CHECK(build({.file = {old, intermediate(), root()}, .leaves = {leaf()}, .issuers = {}}) == chain().certificates());
  CHECK(contains(refusal({.file = {old, root()}, .leaves = {leaf()}, .issuers = {}}),
                 "certificate 1 of ca.pem (\"CN=intermediate\") expired on 2025-12-31T23:59:59Z"));
}

TEST_CASE("the file goes before the token when both complete the chain") {
  support::CertificateTemplate form = support::ca_template("root");
  form.serial = {0x77};
  const Bytes renewed = support::self_sign(form, chain().root.key);
  const std::vector<Bytes> built = build({.file = {intermediate(), renewed}, .leaves = {leaf()}, .issuers = {root()}});
  CHECK(built.back() == renewed);
}

TEST_CASE("a self-signed leaf on the token is a chain of one") {
  const Bytes lone = support::self_sign(support::leaf_template("lone"), p256_key());
  CHECK(build({.file = {}, .leaves = {lone}, .issuers = {}}) == std::vector<Bytes>{lone});
  CHECK(build({.file = {intermediate(), root()}, .leaves = {lone}, .issuers = {}}) == std::vector<Bytes>{lone});
}

TEST_CASE("of two leaves the one that is valid now is taken") {
  const Bytes old = support::issue(expired(support::leaf_template("old")), p256_key(), chain().intermediate);
  CHECK(build({.file = {intermediate(), root()}, .leaves = {old, leaf()}, .issuers = {}}) == chain().certificates());
  CHECK(build({.file = {intermediate(), root()}, .leaves = {leaf(), old}, .issuers = {}}) == chain().certificates());
}

TEST_CASE("two leaves that are both valid are an error that asks for a chain file") {
  const Bytes second = support::issue(support::leaf_template("second"), p256_key(), chain().intermediate);
  const base::Error error =
      chain_error(sources({.file = {intermediate(), root()}, .leaves = {leaf(), second}, .issuers = {}}));
  CHECK(error.message() == "the token has 2 certificates for the key, all of them valid now");
  CHECK(contains(error.hint(), "set chain_file"));
  CHECK(contains(error.hint(), "\"CN=second\", issued by \"CN=intermediate\", serial 112233"));
}

TEST_CASE("two leaves that are both expired are an error, a single one says when it expired") {
  const Bytes first = support::issue(expired(support::leaf_template("first")), p256_key(), chain().intermediate);
  const Bytes second = support::issue(expired(support::leaf_template("second")), p256_key(), chain().intermediate);
  CHECK(refusal({.file = {intermediate(), root()}, .leaves = {first, second}, .issuers = {}}) ==
        "the token has 2 certificates for the key, none of which is valid now");
  CHECK(contains(refusal({.file = {intermediate(), root()}, .leaves = {first}, .issuers = {}}),
                 "the certificate on the token (\"CN=first\") expired on"));
}

TEST_CASE("certificates on the token for other keys are passed over, and named when there is no other") {
  const Bytes stray = support::issue(support::leaf_template("stray"), other_p256_key(), chain().intermediate);
  CHECK(build({.file = {intermediate(), root()}, .leaves = {stray, leaf()}, .issuers = {}}) == chain().certificates());
  CHECK(contains(refusal({.file = {intermediate(), root()}, .leaves = {stray}, .issuers = {}}),
                 "the certificate on the token (\"CN=stray\") is for another key: it holds EC-256"));
}

TEST_CASE("without a visible key the certificate on the token tells it, unless there are several") {
  const Bytes stray = support::issue(support::leaf_template("stray"), other_p256_key(), chain().intermediate);
  CHECK(build({.file = {intermediate(), root()}, .leaves = {leaf()}, .issuers = {}, .key = std::nullopt}) ==
        chain().certificates());
  CHECK(refusal({.file = {intermediate(), root()}, .leaves = {leaf(), stray}, .issuers = {}, .key = std::nullopt}) ==
        "the certificates on the token that go with the key are for different keys");
}

TEST_CASE("a file that begins with the leaf is used alone, even when the token could add to it") {
  CHECK(contains(refusal({.file = {leaf(), intermediate()}, .leaves = {leaf()}, .issuers = {root()}}),
                 "certificate 2 of ca.pem (\"CN=intermediate\") ends the chain but is not self-signed"));
}

TEST_CASE("a file that begins with the leaf of another key is refused although the token has the right one") {
  const Bytes stray = support::issue(support::leaf_template("stray"), other_p256_key(), chain().intermediate);
  CHECK(contains(refusal({.file = {stray, intermediate(), root()}, .leaves = {leaf()}, .issuers = {}}),
                 "certificate 1 of ca.pem (\"CN=stray\") is for another key"));
}

TEST_CASE("a pool made to have very many paths ends soon") {
  // Every certificate has the same name and key, so each may have issued each.
  std::vector<Bytes> pool;
  const TestKey key = TestKey::ec("P-256");
  support::CertificateTemplate form = support::ca_template("same");
  const Authority other{TestKey::ec("P-256"), support::self_sign(support::ca_template("other"), other_p256_key())};
  const Authority same{key, support::self_sign(form, key)};
  form.key_usage = "keyCertSign";
  for (std::uint8_t i = 0; i < 30; ++i) {
    form.serial = {1, i};
    pool.push_back(support::issue(form, key, same));
  }
  pool.insert(pool.begin(), other.certificate);
  const Bytes its_leaf = support::issue(support::leaf_template(), p256_key(), same);
  CHECK(contains(refusal({.file = pool, .leaves = {its_leaf}, .issuers = {}}), "that is not marked critical"));
}
