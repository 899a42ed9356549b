#include "issuers.h"

#include "der_certificate.h"
#include "fake_service.h"
#include "support/certificates.h"

// Certificates on the token, and the little that is read out of them.

using namespace fake_service;
using support::TestKey;

namespace {

std::string certificate_rule(const base::Bytes& certificate, const std::string& words) {
  return "certificate value=" + base::to_hex(certificate) + " " + words;
}

InspectOrder with_chain(const std::string& label) {
  InspectOrder order = key_named(label);
  order.chain_from_token = true;
  return order;
}

}  // namespace

TEST_CASE("names and public key are read out of certificates of all six specs") {
  for (const KeySpecTraits& traits : all_key_specs()) {
    INFO(traits.name);
    const TestKey& key = TestKey::shared(traits.spec);
    const support::Chain chain = support::make_chain(key);
    const auto leaf = read_names(chain.leaf);
    const auto issuer = read_names(chain.intermediate.certificate);
    const auto root = read_names(chain.root.certificate);
    REQUIRE(leaf);
    REQUIRE(leaf->public_key == key.public_key());
    REQUIRE(std::ranges::equal(leaf->issuer, issuer->subject));
    REQUIRE(std::ranges::equal(issuer->issuer, root->subject));
    REQUIRE(std::ranges::equal(root->issuer, root->subject));
    REQUIRE_FALSE(std::ranges::equal(leaf->subject, leaf->issuer));
  }
}

TEST_CASE("a certificate of another kind of key has names and no key") {
  const TestKey key = TestKey::ed25519();
  const auto names = read_names(support::make_chain(key).leaf);
  REQUIRE(names);
  REQUIRE_FALSE(names->public_key);
}

TEST_CASE("a damaged certificate is read without harm: cut anywhere, any byte changed") {
  const base::Bytes certificate = support::make_chain(TestKey::shared(KeySpec::ec_256)).leaf;
  for (std::size_t size = 0; size < certificate.size(); ++size) {
    const base::Bytes cut(certificate.begin(), certificate.begin() + static_cast<std::ptrdiff_t>(size));
    REQUIRE_FALSE(read_names(cut));
  }
  std::size_t readable = 0;
  for (std::size_t i = 0; i < certificate.size(); ++i) {
    for (const std::uint8_t value : base::Bytes{0x00, 0x7f, 0x80, 0x84, 0xff}) {
      base::Bytes changed = certificate;
      changed[i] = value;
      readable += read_names(changed).has_value();
    }
  }
  REQUIRE(readable > 0);
}

TEST_CASE("the chain is collected from the token, by the issuers' names, up to the root") {
  const support::Chain chain = support::make_chain(TestKey::shared(KeySpec::ec_256));
  FakeService fake;
  fake.rule("key P-256 label=k id=01")
      .rule(certificate_rule(chain.leaf, "label=k id=01 copies=2"))
      .rule(certificate_rule(chain.root.certificate, "label=root id=07"))
      .rule(certificate_rule(chain.intermediate.certificate, "label=ca id=08"));
  const Inspection found = fake.inspect(with_chain("k"));
  REQUIRE(found.key->certificates == std::vector<base::Bytes>{chain.leaf});
  REQUIRE(found.issuers == std::vector<base::Bytes>{chain.intermediate.certificate, chain.root.certificate});
  REQUIRE(fake.calls("C_Login") == 0);

  REQUIRE(fake.inspect(key_named("k")).issuers.empty());
}

TEST_CASE("a leaf with the key's id is found although its label is another") {
  const support::Chain chain = support::make_chain(TestKey::shared(KeySpec::ec_256));
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule(certificate_rule(chain.leaf, "label=other id=01"));
  REQUIRE(fake.inspect(key_named("k")).key->certificates.empty());
  REQUIRE(fake.inspect(with_chain("k")).key->certificates == std::vector<base::Bytes>{chain.leaf});
}

TEST_CASE("a key that only its certificate shows is found, chosen by it, and signs") {
  const support::Chain chain = support::make_chain(TestKey::shared(KeySpec::ec_384));
  FakeService fake;
  const std::string pem = fake.token.write("key.pem", TestKey::shared(KeySpec::ec_384).private_pem());
  fake.rule("key P-384 label=k id=01 public=no private-label=\"\" pem=" + pem)
      .rule(certificate_rule(chain.leaf, "label=k id=01"));
  const Inspection found = fake.inspect(with_chain("k"));
  REQUIRE(found.key);
  REQUIRE_FALSE(found.key->public_key);
  REQUIRE_FALSE(found.key->has_public);
  REQUIRE(found.key->certificates == std::vector<base::Bytes>{chain.leaf});
  REQUIRE(found.mechanism == "CKM_ECDSA");
  const Login login = login_with("1234");
  const PublicKey expected = TestKey::shared(KeySpec::ec_384).public_key();
  const SignResult result =
      fake.service.sign(SignOrders::over(KeySpec::ec_384, "hello"), with_chain("k"), expected, &login);
  REQUIRE(support::verifies(expected, KeySpec::ec_384, "hello", result.signature));
}

TEST_CASE("certificates that issue each other end the search") {
  support::Authority a{TestKey::shared(KeySpec::ec_256), {}}, b{TestKey::other(KeySpec::ec_256), {}};
  a.certificate = support::self_sign(support::ca_template("A"), a.key);
  b.certificate = support::issue(support::ca_template("B"), b.key, a);
  const base::Bytes a_by_b = support::issue(support::ca_template("A"), a.key, b);
  const base::Bytes leaf = support::issue(support::leaf_template("leaf"), TestKey::shared(KeySpec::ec_256), b);
  FakeService fake;
  fake.rule("key P-256 label=k id=01")
      .rule(certificate_rule(leaf, "label=k id=01"))
      .rule(certificate_rule(b.certificate, "label=b id=02"))
      .rule(certificate_rule(a_by_b, "label=a id=03"));
  REQUIRE(fake.inspect(with_chain("k")).issuers == std::vector<base::Bytes>{b.certificate, a_by_b});
}

TEST_CASE("bytes that are no certificate are handed on and lead nowhere") {
  FakeService fake;
  fake.rule("key P-256 label=k id=01").rule("certificate value=300a label=k id=01");
  const Inspection found = fake.inspect(with_chain("k"));
  REQUIRE(found.key->certificates == std::vector<base::Bytes>{{0x30, 0x0a}});
  REQUIRE(found.issuers.empty());
}
