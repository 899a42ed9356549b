#include "trust/lint.h"

#include "chains.h"

using base::Bytes;

namespace {

constexpr std::int64_t kDay = 86'400;

struct Made {
  support::Authority root;
  Bytes leaf;
};

Made make(const support::CertificateTemplate& leaf_form, support::CertificateTemplate root_form) {
  support::Authority root{other_p256_key(), support::self_sign(root_form, other_p256_key())};
  Bytes leaf = support::issue(leaf_form, p256_key(), root);
  return {std::move(root), std::move(leaf)};
}

support::CertificateTemplate year_long_leaf() {
  support::CertificateTemplate form = support::leaf_template();
  form.not_before = kNow - kDay;
  form.not_after = kNow + 365 * kDay;
  return form;
}

trust::Lint lint(const std::vector<Bytes>& file) {
  return trust::lint(file_sources(file), kWallNow);
}

}  // namespace

TEST_CASE("lint finds nothing in a good chain") {
  const Made made = make(year_long_leaf(), support::ca_template("root"));
  const trust::Lint found = lint({made.leaf, made.root.certificate});
  CHECK(found.accepted);
  REQUIRE(found.certificates.size() == 2);
  CHECK_FALSE(found.certificates[0].as_ca);
  CHECK(found.certificates[1].as_ca);
  CHECK(found.certificates[1].certificate.place() == "certificate 2 of chain.pem");
  for (const trust::LintedCertificate& one : found.certificates) {
    CHECK(one.violations.empty());
    CHECK(one.warnings.empty());
  }
  CHECK(found.violations.empty());
  CHECK(found.warnings.empty());
}

TEST_CASE("lint finds everything that is wrong, each once") {
  support::CertificateTemplate leaf = year_long_leaf();
  leaf.extended_key_usage = "serverAuth";
  leaf.key_usage = "digitalSignature";
  support::CertificateTemplate root = support::ca_template("root");
  root.key_usage = "critical,cRLSign";
  const Made made = make(leaf, root);
  const trust::Lint found = lint({made.leaf, made.root.certificate});
  CHECK_FALSE(found.accepted);
  REQUIRE(found.certificates.size() == 2);
  REQUIRE(found.certificates[0].violations.size() == 2);
  CHECK(contains(found.certificates[0].violations[0].message, "not marked critical"));
  CHECK(contains(found.certificates[0].violations[1].message, "serverAuth"));
  REQUIRE(found.certificates[1].violations.size() == 1);
  CHECK(contains(found.certificates[1].violations[0].message, "keyCertSign"));
  CHECK(found.violations.empty());
}

TEST_CASE("lint warns of the end, of an issuer that ends first and of a leaf that is valid for long") {
  support::CertificateTemplate leaf = year_long_leaf();
  leaf.not_after = kNow + 2000 * kDay;
  support::CertificateTemplate root = support::ca_template("root");
  root.not_after = kNow + 29 * kDay;
  const Made made = make(leaf, root);
  const trust::Lint found = lint({made.leaf, made.root.certificate});
  CHECK(found.accepted);
  REQUIRE(found.certificates.size() == 2);
  REQUIRE(found.certificates[0].warnings.size() == 1);
  CHECK(contains(found.certificates[0].warnings[0].message, "is valid for 2001 days"));
  REQUIRE(found.certificates[1].warnings.size() == 1);
  CHECK(contains(found.certificates[1].warnings[0].message, "expires in 29 days"));
  REQUIRE(found.warnings.size() == 1);
  CHECK(contains(found.warnings[0].message, "before certificate 1 of chain.pem"));
}

TEST_CASE("a certificate that cannot be read, and one that is not there, are violations") {
  const Made made = make(year_long_leaf(), support::ca_template("root"));
  const trust::Lint unreadable = lint({made.leaf, Bytes{0x30, 0x00}});
  CHECK_FALSE(unreadable.accepted);
  REQUIRE(unreadable.violations.size() == 1);
  CHECK(contains(unreadable.violations[0].message, "certificate 2 of chain.pem cannot be read"));
  const trust::Lint missing = lint({made.leaf});
  CHECK_FALSE(missing.accepted);
  REQUIRE(missing.violations.size() == 1);
  CHECK(contains(missing.violations[0].message, "is alone, but it was issued by"));
}

TEST_CASE("CA certificates alone are no chain, and that is no violation") {
  const Made made = make(year_long_leaf(), support::ca_template("root"));
  const trust::Lint alone = lint({made.root.certificate});
  CHECK_FALSE(alone.accepted);
  CHECK(alone.violations.empty());
  CHECK(alone.certificates.front().as_ca);

  trust::ChainSources with_leaf = file_sources({made.root.certificate});
  with_leaf.token_leaves = {made.leaf};
  CHECK(trust::lint(with_leaf, kWallNow).accepted);
}
