#include "ec_point.h"

#include <algorithm>

#include "catch.h"
#include "throws_error.h"

using base::Bytes;
using base::ErrorKind;
using pkcs11::KeySpec;
using pkcs11::read_ec_params;
using pkcs11::read_ec_point;

namespace {

Bytes copy_of(base::ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

std::size_t coordinate_size(KeySpec spec) {
  return (pkcs11::traits(spec).bits + 7) / 8;
}

// Any bytes do: whether they are on the curve is not asked here.
Bytes point_on(KeySpec spec, std::uint8_t fill = 0x11) {
  Bytes point(2 * coordinate_size(spec) + 1, fill);
  point[0] = 0x04;
  return point;
}

Bytes compressed_on(KeySpec spec, std::uint8_t tag) {
  Bytes point(coordinate_size(spec) + 1, 0x11);
  point[0] = tag;
  return point;
}

Bytes string_of(std::uint8_t tag, std::string_view text) {
  Bytes der = {tag, static_cast<std::uint8_t>(text.size())};
  der.insert(der.end(), text.begin(), text.end());
  return der;
}

constexpr KeySpec kSpecs[] = {KeySpec::ec_256, KeySpec::ec_384, KeySpec::ec_521};

}  // namespace

TEST_CASE("a curve is known by its object identifier") {
  for (const KeySpec spec : kSpecs) {
    const auto curve = read_ec_params(pkcs11::curve_oid(spec));
    REQUIRE(curve.spec == spec);
    REQUIRE(curve.oid == copy_of(pkcs11::curve_oid(spec)));
  }
}

TEST_CASE("a curve is known by its name, in any case") {
  for (const auto& [name, spec] : {std::pair{"secp256r1", KeySpec::ec_256},
                                   {"prime256v1", KeySpec::ec_256},
                                   {"P-256", KeySpec::ec_256},
                                   {"SECP384R1", KeySpec::ec_384},
                                   {"p-384", KeySpec::ec_384},
                                   {"secp521r1", KeySpec::ec_521},
                                   {"P-521", KeySpec::ec_521}}) {
    for (const auto tag : {std::uint8_t{0x13}, std::uint8_t{0x0C}}) {
      const auto curve = read_ec_params(string_of(tag, name));
      REQUIRE(curve.spec == spec);
      REQUIRE(curve.oid == copy_of(pkcs11::curve_oid(spec)));
    }
  }
}

TEST_CASE("a curve that the Notary Project does not know is kept without a spec") {
  const Bytes secp256k1 = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A};
  REQUIRE_FALSE(read_ec_params(secp256k1).spec.has_value());
  REQUIRE(read_ec_params(secp256k1).oid == secp256k1);
  REQUIRE_FALSE(read_ec_params(string_of(0x13, "edwards25519")).spec.has_value());
}

TEST_CASE("explicit and implied curve parameters are refused with the remedy") {
  for (const Bytes& params : {Bytes{0x30, 0x03, 0x02, 0x01, 0x01}, Bytes{0x05, 0x00}}) {
    const base::Error error = error_of([&] { read_ec_params(params); });
    require_error(error, ErrorKind::not_capable);
    REQUIRE(error.hint().find("named curve") != std::string::npos);
  }
}

TEST_CASE("curve parameters that are nothing of the kind are refused") {
  Bytes followed = copy_of(pkcs11::curve_oid(KeySpec::ec_256));
  followed.push_back(0);
  for (const Bytes& params : {Bytes{}, Bytes{0x06}, Bytes{0x06, 0x05, 0x2B}, Bytes{0x02, 0x01, 0x01}, followed}) {
    REQUIRE_ERROR(read_ec_params(params), ErrorKind::token_failed);
  }
}

TEST_CASE("a point is read bare and in its OCTET STRING") {
  for (const KeySpec spec : kSpecs) {
    const Bytes point = point_on(spec);
    REQUIRE(read_ec_point(point, spec) == point);
    REQUIRE(read_ec_point(pkcs11::write_ec_point(point), spec) == point);
  }
}

TEST_CASE("a bare point whose bytes look like an OCTET STRING is still a bare point") {
  for (const KeySpec spec : kSpecs) {
    Bytes point = point_on(spec);
    const std::size_t content = point.size() - 2;
    if (content >= 0x80) {
      point[1] = 0x81;
      point[2] = static_cast<std::uint8_t>(content - 1);
    } else {
      point[1] = static_cast<std::uint8_t>(content);
      point[2] = 0x04;
    }
    REQUIRE(read_ec_point(point, spec) == point);
  }
}

TEST_CASE("the wrapper of tpm2-pkcs11 around a P-521 point is read, and on no other curve") {
  const Bytes point = point_on(KeySpec::ec_521);
  Bytes wrapped = {0x04, 0x85};
  wrapped.insert(wrapped.end(), point.begin(), point.end());
  REQUIRE(wrapped.size() == 135);
  REQUIRE(read_ec_point(wrapped, KeySpec::ec_521) == point);
  REQUIRE_ERROR(read_ec_point(wrapped, KeySpec::ec_384), ErrorKind::token_failed);
  wrapped[1] = 0x84;
  REQUIRE_ERROR(read_ec_point(wrapped, KeySpec::ec_521), ErrorKind::token_failed);
}

TEST_CASE("a compressed point is refused as such") {
  for (const KeySpec spec : kSpecs) {
    for (const auto tag : {std::uint8_t{0x02}, std::uint8_t{0x03}}) {
      const Bytes point = compressed_on(spec, tag);
      REQUIRE_ERROR(read_ec_point(point, spec), ErrorKind::not_capable);
      REQUIRE_ERROR(read_ec_point(pkcs11::write_ec_point(point), spec), ErrorKind::not_capable);
    }
  }
}

TEST_CASE("bytes of the wrong length or beginning are no point") {
  const Bytes point = point_on(KeySpec::ec_256);
  Bytes hybrid = point;
  hybrid[0] = 0x06;
  Bytes longer = pkcs11::write_ec_point(point);
  longer.push_back(0);
  Bytes shorter = pkcs11::write_ec_point(point);
  shorter.pop_back();
  Bytes announced = pkcs11::write_ec_point(point);
  announced[1] -= 1;
  for (const Bytes& wrong : {Bytes{}, Bytes{0x04}, hybrid, longer, shorter, announced, point_on(KeySpec::ec_384),
                             Bytes(point.begin(), point.end() - 1), pkcs11::write_ec_point(hybrid)}) {
    REQUIRE_ERROR(read_ec_point(wrong, KeySpec::ec_256), ErrorKind::token_failed);
  }
}

TEST_CASE("a public key is the same whatever shape the token gives its parts") {
  const Bytes point = point_on(KeySpec::ec_256);
  const auto curve = pkcs11::curve_oid(KeySpec::ec_256);
  const pkcs11::EcPublicKey key{copy_of(curve), point};
  REQUIRE(pkcs11::read_ec_public_key(curve, point) == key);
  REQUIRE(pkcs11::read_ec_public_key(curve, pkcs11::write_ec_point(point)) == key);
  REQUIRE(pkcs11::read_ec_public_key(string_of(0x13, "P-256"), point) == key);
}

TEST_CASE("a key on an unknown curve is read so that it can be shown") {
  const Bytes secp256k1 = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A};
  const Bytes point = point_on(KeySpec::ec_256);
  REQUIRE(pkcs11::read_ec_public_key(secp256k1, pkcs11::write_ec_point(point)).point == point);
  REQUIRE(pkcs11::read_ec_public_key(secp256k1, point).point == point);
}

TEST_CASE("an Ed25519 key is the same whatever shape the token gives its parts") {
  const Bytes oid = {0x06, 0x03, 0x2B, 0x65, 0x70};
  const Bytes older_oid = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01};
  // The second looks like an OCTET STRING of 30 bytes.
  Bytes deceptive(32, 0x22);
  deceptive[0] = 0x04;
  deceptive[1] = 30;
  for (const Bytes& bytes : {Bytes(32, 0x11), deceptive}) {
    for (const Bytes& params : {oid, older_oid, string_of(0x13, "edwards25519"), string_of(0x0C, "Edwards25519")}) {
      REQUIRE(pkcs11::read_ed25519_key(params, bytes).bytes == bytes);
      REQUIRE(pkcs11::read_ed25519_key(params, pkcs11::write_ec_point(bytes)).bytes == bytes);
    }
  }
}

TEST_CASE("a key on another Edwards curve is refused as not supported") {
  const Bytes ed448 = {0x06, 0x03, 0x2B, 0x65, 0x71};
  for (const Bytes& params : {ed448, string_of(0x13, "edwards448"), string_of(0x16, "edwards25519")}) {
    REQUIRE_ERROR(pkcs11::read_ed25519_key(params, Bytes(32, 1)), ErrorKind::not_capable);
  }
}

TEST_CASE("attributes that are no Ed25519 key are refused") {
  const Bytes oid = {0x06, 0x03, 0x2B, 0x65, 0x70};
  Bytes longer = pkcs11::write_ec_point(Bytes(32, 1));
  longer.push_back(0);
  for (const Bytes& point : {Bytes{}, Bytes(31, 1), Bytes(33, 1), Bytes(64, 1), longer,
                             pkcs11::write_ec_point(Bytes(31, 1)), pkcs11::write_ec_point(Bytes(57, 1))}) {
    REQUIRE_ERROR(pkcs11::read_ed25519_key(oid, point), ErrorKind::token_failed);
  }
  for (const Bytes& params : {Bytes{}, Bytes{0x06}, Bytes{0x06, 0x03, 0x2B, 0x65, 0x70, 0x00}}) {
    REQUIRE_ERROR(pkcs11::read_ed25519_key(params, Bytes(32, 1)), ErrorKind::token_failed);
  }
}
