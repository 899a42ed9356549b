#include "pkcs11/key_spec.h"

#include <algorithm>

#include "catch.h"

using base::Bytes;
using pkcs11::EcPublicKey;
using pkcs11::Hash;
using pkcs11::KeyFamily;
using pkcs11::KeySpec;
using pkcs11::RsaPublicKey;

namespace {

RsaPublicKey rsa_of_bits(std::size_t bits) {
  Bytes modulus((bits + 7) / 8, 0xFF);
  modulus.front() = static_cast<std::uint8_t>(0xFF >> ((8 - bits % 8) % 8));
  return {modulus, {1, 0, 1}};
}

EcPublicKey ec_on(base::ByteView curve) {
  return {Bytes(curve.begin(), curve.end()), Bytes(65, 4)};
}

}  // namespace

TEST_CASE("each key spec decides hash, salt length and signature size") {
  REQUIRE(pkcs11::all_key_specs().size() == 6);
  for (const auto& spec : pkcs11::all_key_specs()) {
    INFO(spec.name);
    REQUIRE(&pkcs11::traits(spec.spec) == &spec);
    REQUIRE(pkcs11::find_key_spec(spec.name) == spec.spec);
    REQUIRE(spec.digest_size == (spec.hash == Hash::sha_256 ? 32U : spec.hash == Hash::sha_384 ? 48U : 64U));
    const std::size_t number = (spec.bits + 7) / 8;
    REQUIRE(spec.signature_size == (spec.family == KeyFamily::rsa ? number : 2 * number));
    const std::string scheme = spec.family == KeyFamily::rsa ? "RSASSA-PSS-" : "ECDSA-";
    REQUIRE(spec.algorithm_name == scheme + std::string(spec.hash_name));
  }
}

TEST_CASE("key specs have the contract's spelling and no other") {
  REQUIRE(pkcs11::find_key_spec("RSA-3072") == KeySpec::rsa_3072);
  REQUIRE(pkcs11::find_key_spec("EC-521") == KeySpec::ec_521);
  for (const std::string_view wrong : {"", "rsa-3072", "RSA_3072", "RSA-1024", "EC-512", "EC-256 "}) {
    INFO(wrong);
    REQUIRE_FALSE(pkcs11::find_key_spec(wrong).has_value());
  }
}

TEST_CASE("the spec of an RSA key follows from the exact size of its modulus") {
  REQUIRE(pkcs11::key_spec_of(rsa_of_bits(2048)) == KeySpec::rsa_2048);
  REQUIRE(pkcs11::key_spec_of(rsa_of_bits(3072)) == KeySpec::rsa_3072);
  REQUIRE(pkcs11::key_spec_of(rsa_of_bits(4096)) == KeySpec::rsa_4096);
  REQUIRE_FALSE(pkcs11::key_spec_of(rsa_of_bits(1024)).has_value());
  REQUIRE_FALSE(pkcs11::key_spec_of(rsa_of_bits(2047)).has_value());
  REQUIRE_FALSE(pkcs11::key_spec_of(rsa_of_bits(2049)).has_value());
  REQUIRE_FALSE(pkcs11::key_spec_of(RsaPublicKey{}).has_value());
}

TEST_CASE("the spec of an EC key follows from its curve") {
  for (const KeySpec spec : {KeySpec::ec_256, KeySpec::ec_384, KeySpec::ec_521}) {
    REQUIRE(pkcs11::key_spec_of(ec_on(pkcs11::curve_oid(spec))) == spec);
  }
  const Bytes secp256k1 = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A};
  REQUIRE_FALSE(pkcs11::key_spec_of(ec_on(secp256k1)).has_value());
  REQUIRE_FALSE(pkcs11::key_spec_of(EcPublicKey{}).has_value());
  REQUIRE(pkcs11::curve_oid(KeySpec::rsa_2048).empty());
}

TEST_CASE("an Ed25519 key has no spec") {
  REQUIRE_FALSE(pkcs11::key_spec_of(pkcs11::Ed25519PublicKey{Bytes(32, 7)}).has_value());
  REQUIRE_FALSE(pkcs11::find_key_spec("Ed25519").has_value());
}

TEST_CASE("two keys are the same key when all of the public half is") {
  const pkcs11::PublicKey key = rsa_of_bits(2048);
  REQUIRE(key == pkcs11::PublicKey(rsa_of_bits(2048)));
  auto other = rsa_of_bits(2048);
  other.exponent = {3};
  REQUIRE(key != pkcs11::PublicKey(other));
}

TEST_CASE("keys are described for people whether the Notary Project knows them or not") {
  REQUIRE(pkcs11::describe(rsa_of_bits(3072)) == "RSA-3072");
  REQUIRE(pkcs11::describe(ec_on(pkcs11::curve_oid(KeySpec::ec_384))) == "EC-384");
  REQUIRE(pkcs11::describe(rsa_of_bits(1024)) == "RSA with 1024 bits");
  REQUIRE(pkcs11::describe(ec_on(Bytes{0x06, 0x01, 0x01})) == "EC on an unknown curve");
  REQUIRE(pkcs11::describe(pkcs11::Ed25519PublicKey{Bytes(32, 7)}) == "Ed25519");
}
