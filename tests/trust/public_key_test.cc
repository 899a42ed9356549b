#include "trust/public_key.h"

#include "chains.h"

using pkcs11::KeySpec;
using support::TestKey;

TEST_CASE("the public key of a certificate is the key it was made for, for every spec") {
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs()) {
    INFO(traits.name);
    const TestKey& key = TestKey::shared(traits.spec);
    const base::Bytes certificate = support::self_sign(support::leaf_template(), key);
    CHECK(trust::public_key_of(certificate) == key.public_key());
    CHECK(trust::spki_der(key.public_key()) == key.spki());
  }
}

TEST_CASE("an Ed25519 key is encoded as RFC 8410 wants it") {
  const TestKey key = TestKey::ed25519();
  CHECK(trust::spki_der(key.public_key()) == key.spki());
  CHECK(trust::spki_sha256(key.public_key()) == base::to_hex(trust::digest(pkcs11::Hash::sha_256, key.spki())));
}

TEST_CASE("the fingerprint of a key is the SHA-256 of its SubjectPublicKeyInfo") {
  const base::Bytes hash = trust::digest(pkcs11::Hash::sha_256, p256_key().spki());
  CHECK(trust::spki_sha256(p256_key().public_key()) == base::to_hex(hash));
}

TEST_CASE("digests are those of FIPS 180-4") {
  const auto hex = [](pkcs11::Hash hash) { return base::to_hex(trust::digest(hash, base::bytes_of("abc"))); };
  CHECK(hex(pkcs11::Hash::sha_256) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(pkcs11::Hash::sha_384).starts_with("cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"));
  CHECK(hex(pkcs11::Hash::sha_512).starts_with("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea2"));
}

TEST_CASE("a certificate with an Ed25519 key has no public key that we could sign with") {
  const base::Bytes certificate = support::self_sign(support::leaf_template(), TestKey::ed25519());
  const base::Error error = error_of([&] { trust::public_key_of(certificate); });
  require_error(error, base::ErrorKind::invalid_chain);
  CHECK(contains(error.message(), "its kind is Ed25519"));
}

TEST_CASE("bytes that are no certificate are refused as such") {
  REQUIRE_ERROR(trust::public_key_of(base::bytes_of("not a certificate")), base::ErrorKind::invalid_chain);
  REQUIRE_ERROR(trust::public_key_of({}), base::ErrorKind::invalid_chain);
}
