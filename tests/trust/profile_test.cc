#include "trust/profile.h"

#include "chains.h"

using base::Bytes;
using support::Authority;
using support::CertificateTemplate;
using support::TestKey;

namespace {

// A chain of three, to be spoilt in one place.
struct Spoilt {
  CertificateTemplate leaf = support::leaf_template();
  CertificateTemplate intermediate = support::ca_template("intermediate");
  CertificateTemplate root = support::ca_template("root");
  TestKey leaf_key = p256_key();
  TestKey intermediate_key = other_p256_key();
  TestKey root_key = TestKey::shared(pkcs11::KeySpec::ec_384);

  std::vector<Bytes> certificates() const {
    const Authority top{root_key, support::self_sign(root, root_key)};
    const Authority middle{intermediate_key, support::issue(intermediate, intermediate_key, top)};
    return {support::issue(leaf, leaf_key, middle), middle.certificate, top.certificate};
  }
};

constexpr const char* kLeaf = "certificate 1 of chain.pem (\"CN=leaf\") ";
constexpr const char* kIntermediate = "certificate 2 of chain.pem (\"CN=intermediate\") ";
constexpr const char* kRoot = "certificate 3 of chain.pem (\"CN=root\") ";

template <typename Change>
std::string refusal(Change&& change) {
  Spoilt chain;
  change(chain);
  const base::Error error = chain_error(file_sources(chain.certificates()));
  CHECK_FALSE(error.hint().empty());
  return error.message();
}

template <typename Change>
bool accepts(Change&& change) {
  Spoilt chain;
  change(chain);
  try {
    trust::check_chain(file_sources(chain.certificates()), kWallNow);
    return true;
  } catch (const base::Error& error) {
    UNSCOPED_INFO(error.message());
    return false;
  }
}

std::string lone_refusal(const CertificateTemplate& form, const TestKey& key = p256_key()) {
  return chain_error(file_sources({support::self_sign(form, key)})).message();
}

}  // namespace

TEST_CASE("a certificate is valid from its first to its last second, and not one second more") {
  const auto at = [](std::int64_t before, std::int64_t after) {
    return accepts([&](Spoilt& chain) {
      chain.leaf.not_before = before;
      chain.leaf.not_after = after;
    });
  };
  CHECK(at(kNow, kNow));
  CHECK_FALSE(at(kNow + 1, kNow + 2));
  CHECK_FALSE(at(kNow - 2, kNow - 1));
}

TEST_CASE("fractions of a second do not end a certificate early") {
  const CertificateTemplate form = [] {
    CertificateTemplate made = support::leaf_template();
    made.not_after = kNow;
    return made;
  }();
  const std::vector<Bytes> file{support::self_sign(form, p256_key())};
  CHECK(trust::check_chain(file_sources(file), kWallNow + std::chrono::milliseconds(999)).certificates() == file);
}

TEST_CASE("an expired leaf is refused with its date") {
  CHECK(refusal([](Spoilt& chain) { chain.leaf.not_after = kNow - 1; }) ==
        std::string(kLeaf) + "expired on 2025-12-31T23:59:59Z");
}

TEST_CASE("a leaf that is not valid yet is refused with its date") {
  CHECK(refusal([](Spoilt& chain) { chain.leaf.not_before = kNow + 1; }) ==
        std::string(kLeaf) + "is not valid before 2026-01-01T00:00:01Z");
}

TEST_CASE("an expired intermediate and an expired root are refused") {
  CHECK(contains(refusal([](Spoilt& chain) { chain.intermediate.not_after = kNow - 1; }),
                 std::string(kIntermediate) + "expired"));
  CHECK(contains(refusal([](Spoilt& chain) { chain.root.not_after = kNow - 1; }), std::string(kRoot) + "expired"));
}

TEST_CASE("a leaf without key usage is refused") {
  CHECK(refusal([](Spoilt& chain) { chain.leaf.key_usage.clear(); }) ==
        std::string(kLeaf) + "has no key usage extension");
}

TEST_CASE("a leaf whose key usage is not critical is refused") {
  CHECK(refusal([](Spoilt& chain) { chain.leaf.key_usage = "digitalSignature"; }) ==
        std::string(kLeaf) + "has a key usage extension that is not marked critical");
}

TEST_CASE("a leaf that may not sign is refused") {
  CHECK(refusal([](Spoilt& chain) { chain.leaf.key_usage = "critical,nonRepudiation"; }) ==
        std::string(kLeaf) + "lacks the key usage digitalSignature");
}

TEST_CASE("each forbidden key usage of a leaf is refused by name, non-repudiation is allowed") {
  for (const std::string usage : {"keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
                                  "encipherOnly", "decipherOnly"}) {
    CHECK(refusal([&](Spoilt& chain) { chain.leaf.key_usage = "critical,digitalSignature," + usage; }) ==
          std::string(kLeaf) + "has a key usage that a signing certificate must not have: " + usage);
  }
  CHECK(accepts([](Spoilt& chain) { chain.leaf.key_usage = "critical,digitalSignature,nonRepudiation"; }));
}

TEST_CASE("each forbidden extended key usage of a leaf is refused by name") {
  for (const std::string usage :
       {"serverAuth", "clientAuth", "emailProtection", "timeStamping", "OCSPSigning", "anyExtendedKeyUsage"}) {
    CHECK(refusal([&](Spoilt& chain) { chain.leaf.extended_key_usage = "codeSigning," + usage; }) ==
          std::string(kLeaf) + "has the extended key usage " + usage + ", which a signing certificate must not have");
  }
}

TEST_CASE("extended key usages of a leaf may be absent, critical or of one's own") {
  for (const char* usage : {"", "codeSigning", "critical,codeSigning", "1.3.6.1.4.1.99999.1", "msSmartcardLogin"}) {
    INFO(usage);
    CHECK(accepts([&](Spoilt& chain) { chain.leaf.extended_key_usage = usage; }));
  }
}

TEST_CASE("a CA certificate as leaf is refused") {
  CHECK(refusal([](Spoilt& chain) {
          chain.leaf.basic_constraints = "critical,CA:TRUE";
        }).starts_with("there is no certificate for the key"));
  Spoilt chain;
  chain.leaf.basic_constraints = "critical,CA:TRUE";
  CHECK(chain_error(file_sources(chain.certificates(), chain.leaf_key.public_key())).message() ==
        std::string(kLeaf) + "is a CA certificate and cannot sign artifacts");
}

TEST_CASE("a leaf may say that it is no CA, even with a path length") {
  CHECK(accepts([](Spoilt& chain) { chain.leaf.basic_constraints = "critical,CA:FALSE"; }));
  CHECK(accepts([](Spoilt& chain) { chain.leaf.basic_constraints = "CA:FALSE,pathlen:0"; }));
}

TEST_CASE("leaf keys of other kinds are refused by kind") {
  const auto with = [](const TestKey& key) { return refusal([&](Spoilt& chain) { chain.leaf_key = key; }); };
  CHECK(contains(with(TestKey::rsa(1024)), "has a key that the Notary Project does not know: RSA with 1024 bits"));
  CHECK(contains(with(TestKey::rsa(2047)), "RSA with 2047 bits"));
  CHECK(contains(with(TestKey::ec("P-224")), "has a key that the Notary Project does not know: EC-224"));
  CHECK(contains(with(TestKey::ed25519()), "has a key that the Notary Project does not know: Ed25519"));
  CHECK(contains(with(TestKey::ec("secp256k1")), "on the curve secp256k1"));
}

TEST_CASE("leaf keys of all six kinds are accepted") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    INFO(traits.name);
    CHECK(accepts([&](Spoilt& chain) { chain.leaf_key = TestKey::shared(traits.spec); }));
  }
}

TEST_CASE("a leaf whose point is not on the curve is refused") {
  Spoilt chain;
  std::vector<Bytes> file = chain.certificates();
  const base::Bytes point = std::get<pkcs11::EcPublicKey>(chain.leaf_key.public_key()).point;
  base::Bytes off = point;
  off.back() ^= 1;
  file[0] = support::patch(file[0], chain.intermediate_key, point, off);
  CHECK(contains(chain_error(file_sources(file)).message(), "its point is not on the curve"));
}

TEST_CASE("an issuer that is no CA is refused") {
  CHECK(contains(refusal([](Spoilt& chain) { chain.intermediate.basic_constraints.clear(); }),
                 std::string(kIntermediate) + "is not a CA certificate"));
  CHECK(contains(refusal([](Spoilt& chain) { chain.root.basic_constraints = "critical,CA:FALSE"; }),
                 std::string(kRoot) + "is not a CA certificate"));
}

TEST_CASE("basic constraints of a CA need not be critical") {
  CHECK(
      accepts([](Spoilt& chain) { chain.root.basic_constraints = chain.intermediate.basic_constraints = "CA:TRUE"; }));
}

TEST_CASE("a path length is kept, and counts the CA certificates below") {
  CHECK(accepts([](Spoilt& chain) {
    chain.intermediate.basic_constraints = "critical,CA:TRUE,pathlen:0";
    chain.root.basic_constraints = "critical,CA:TRUE,pathlen:1";
  }));
  CHECK(refusal([](Spoilt& chain) { chain.root.basic_constraints = "critical,CA:TRUE,pathlen:0"; }) ==
        std::string(kRoot) + "allows 0 CA certificates below it, but the chain has 1");
}

TEST_CASE("CA certificates need a critical key usage with keyCertSign") {
  CHECK(refusal([](Spoilt& chain) { chain.intermediate.key_usage.clear(); }) ==
        std::string(kIntermediate) + "has no key usage extension");
  CHECK(refusal([](Spoilt& chain) { chain.root.key_usage = "keyCertSign"; }) ==
        std::string(kRoot) + "has a key usage extension that is not marked critical");
  CHECK(refusal([](Spoilt& chain) { chain.intermediate.key_usage = "critical,cRLSign,digitalSignature"; }) ==
        std::string(kIntermediate) + "lacks the key usage keyCertSign");
}

TEST_CASE("extended key usages and other key usages of CA certificates are free") {
  CHECK(accepts([](Spoilt& chain) { chain.intermediate.extended_key_usage = "serverAuth,anyExtendedKeyUsage"; }));
  CHECK(accepts([](Spoilt& chain) { chain.root.key_usage = "critical,keyCertSign,keyAgreement"; }));
}

TEST_CASE("CA keys may be P-224, Ed25519 and RSA from 1024 bits") {
  CHECK(accepts([](Spoilt& chain) { chain.root_key = TestKey::ed25519(); }));
  CHECK(accepts([](Spoilt& chain) { chain.intermediate_key = TestKey::ec("P-224"); }));
  CHECK(accepts([](Spoilt& chain) { chain.root_key = TestKey::rsa(1024); }));
  CHECK(contains(refusal([](Spoilt& chain) { chain.root_key = TestKey::rsa(1016); }),
                 "has a key that is too short: RSA with 1016 bits"));
}

TEST_CASE("signatures with SHA-384, SHA-512 and RSASSA-PSS are accepted in a chain") {
  for (const char* hash : {"SHA384", "SHA512"}) {
    CHECK(accepts([&](Spoilt& chain) { chain.leaf.hash = chain.intermediate.hash = chain.root.hash = hash; }));
    CHECK(accepts([&](Spoilt& chain) {
      chain.intermediate_key = TestKey::shared(pkcs11::KeySpec::rsa_2048);
      chain.leaf.hash = hash;
      chain.leaf.pss = true;
    }));
  }
}

TEST_CASE("SHA-1 is refused everywhere in a chain, under the root's own signature too") {
  CHECK(refusal([](Spoilt& chain) { chain.leaf.hash = "SHA1"; }) ==
        std::string(kLeaf) + "is signed with ECDSA with SHA-1, which notation does not accept");
  CHECK(contains(refusal([](Spoilt& chain) { chain.root.hash = "SHA1"; }),
                 std::string(kRoot) + "is signed with ECDSA with SHA-1"));
}

TEST_CASE("MD5, SHA-224, SHA-3 and a foreign salt are refused by name") {
  const auto rsa = [](const std::string& hash, int salt) {
    return refusal([&](Spoilt& chain) {
      chain.intermediate_key = TestKey::shared(pkcs11::KeySpec::rsa_2048);
      chain.leaf.hash = hash;
      chain.leaf.pss = salt >= 0;
      chain.leaf.pss_salt = salt;
    });
  };
  CHECK(contains(rsa("MD5", -1), "is signed with RSA with MD5"));
  CHECK(contains(rsa("SHA224", -1), "is signed with RSA with SHA-224"));
  CHECK(contains(rsa("SHA3-256", -1), "is signed with algorithm 2.16.840.1.101.3.4.3.14"));
  CHECK(contains(rsa("SHA256", 20), "is signed with RSASSA-PSS with parameters that notation refuses"));
  CHECK(contains(rsa("SHA1", 20), "is signed with RSASSA-PSS with parameters that notation refuses"));
}

TEST_CASE("a signature that does not verify is refused although the names fit") {
  Spoilt chain;
  std::vector<Bytes> file = chain.certificates();
  file[0].back() ^= 1;
  CHECK(chain_error(file_sources(file)).message() ==
        "the signature of certificate 1 of chain.pem (\"CN=leaf\") does not verify with the key of certificate 2 of "
        "chain.pem "
        "(\"CN=intermediate\")");
}

TEST_CASE("a CA of the right name with another key is refused") {
  Spoilt chain;
  std::vector<Bytes> file = chain.certificates();
  Spoilt other;
  other.intermediate_key = TestKey::ec("P-256");
  file[1] = other.certificates()[1];
  CHECK(contains(chain_error(file_sources(file)).message(), "does not verify with the key of certificate 2"));
}

TEST_CASE("an old and a renewed root side by side are refused") {
  Spoilt chain;
  std::vector<Bytes> file = chain.certificates();
  chain.root.serial = {0x44};
  file.push_back(chain.certificates()[2]);
  CHECK(chain_error(file_sources(file)).message() ==
        std::string(kRoot) + "is self-signed but not the last of the chain");
}

TEST_CASE("certificates of version 1 are refused") {
  CHECK(contains(refusal([](Spoilt& chain) {
                   chain.root = support::CertificateTemplate();
                   chain.root.common_name = "root";
                   chain.root.version = 1;
                 }),
                 std::string(kRoot) + "is "));
  CertificateTemplate form;
  form.version = 1;
  CHECK(contains(lone_refusal(form), "is an X.509 version 1 certificate"));
}

TEST_CASE("a self-signed leaf alone is accepted, with SHA-1 under it too") {
  CertificateTemplate form = support::leaf_template();
  CHECK(trust::check_chain(file_sources({support::self_sign(form, p256_key())}), kWallNow).certificates().size() == 1);
  form.hash = "SHA1";
  CHECK(trust::check_chain(file_sources({support::self_sign(form, p256_key())}), kWallNow).certificates().size() == 1);
}

TEST_CASE("a self-signed leaf alone must meet the rules for leaves") {
  CertificateTemplate form = support::leaf_template();
  form.key_usage = "critical,digitalSignature,keyCertSign";
  CHECK(contains(lone_refusal(form), "keyCertSign"));
  form = support::leaf_template();
  form.hash = "MD5";
  CHECK(contains(lone_refusal(form, TestKey::shared(pkcs11::KeySpec::rsa_2048)), "is signed with RSA with MD5"));
}

TEST_CASE("a self-issued leaf that its own key did not sign is refused") {
  Bytes certificate = support::self_sign(support::leaf_template(), p256_key());
  certificate.back() ^= 1;
  CHECK(contains(chain_error(file_sources({certificate})).message(), "its signature does not verify with its own key"));
}

TEST_CASE("a lint lists every violation of a certificate outside any chain") {
  CertificateTemplate form;
  form.key_usage = "digitalSignature";
  form.extended_key_usage = "serverAuth";
  form.not_after = kNow - 1;
  const trust::Certificate bad = trust::Certificate::parse(support::self_sign(form, p256_key()), "it");
  CHECK(trust::leaf_violations(bad, kNow).size() == 3);
  CHECK(trust::ca_violations(bad, 0, kNow).size() == 3);
  const Spoilt chain;
  CHECK(trust::leaf_violations(trust::Certificate::parse(chain.certificates()[0], "it"), kNow).empty());
  CHECK(trust::ca_violations(trust::Certificate::parse(chain.certificates()[1], "it"), 0, kNow).empty());
}
