#include "trust/spki.h"

#include "chains.h"
#include "trust/public_key.h"

using support::TestKey;

TEST_CASE("a SubjectPublicKeyInfo is read as the key it was made of, for every spec") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    INFO(traits.name);
    const TestKey& key = TestKey::shared(traits.spec);
    CHECK(trust::read_spki(key.spki()) == key.public_key());
    CHECK_FALSE(trust::is_ed25519_spki(key.spki()));
  }
}

TEST_CASE("bytes around or instead of a SubjectPublicKeyInfo give no key") {
  base::Bytes spki = p256_key().spki();
  spki.push_back(0);
  CHECK_FALSE(trust::read_spki(spki));
  spki.resize(spki.size() - 2);
  CHECK_FALSE(trust::read_spki(spki));
  CHECK_FALSE(trust::read_spki({}));
  CHECK_FALSE(trust::read_spki(base::bytes_of("-----BEGIN PUBLIC KEY-----")));
  CHECK_FALSE(trust::read_spki(TestKey::ec("secp256k1").spki()));
}

TEST_CASE("an Ed25519 key is told from others") {
  const TestKey key = TestKey::ed25519();
  CHECK(trust::is_ed25519_spki(key.spki()));
  CHECK_FALSE(trust::read_spki(key.spki()));
}

TEST_CASE("the key of a certificate comes with the name in it") {
  for (const TestKey& key : {p256_key(), TestKey::shared(pkcs11::KeySpec::rsa_2048), TestKey::ed25519()}) {
    const auto named = trust::spki_of_certificate(support::self_sign(support::leaf_template("ada"), key));
    REQUIRE(named);
    CHECK(named->spki == key.spki());
    CHECK(contains(named->subject, "CN=ada"));
  }
  CHECK_FALSE(trust::spki_of_certificate(base::bytes_of("no certificate")));
}
