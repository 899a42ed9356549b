#include "signature_format.h"

#include "catch.h"
#include "der.h"
#include "throws_error.h"

using base::Bytes;
using base::ErrorKind;
using pkcs11::KeySpec;
using pkcs11::normalise_signature;
using pkcs11::write_der;

namespace {

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Bytes der_signature(const Bytes& r, const Bytes& s) {
  return write_der(0x30, joined(write_der(0x02, r), write_der(0x02, s)));
}

}  // namespace

TEST_CASE("a signature of the right length is taken as it is") {
  for (const auto& spec : pkcs11::all_key_specs()) {
    const Bytes signature(spec.signature_size, 0x30);
    REQUIRE(normalise_signature(signature, spec.spec) == signature);
  }
}

TEST_CASE("an ECDSA signature in DER is brought to fixed width") {
  for (const KeySpec spec : {KeySpec::ec_256, KeySpec::ec_384, KeySpec::ec_521}) {
    const std::size_t width = pkcs11::traits(spec).signature_size / 2;
    const Bytes full(width, 0x01);
    REQUIRE(normalise_signature(der_signature(full, full), spec) == Bytes(2 * width, 0x01));

    Bytes expected(2 * width, 0x00);
    expected[width - 1] = 0x07;
    expected[2 * width - 2] = 0x80;
    REQUIRE(normalise_signature(der_signature({0x07}, {0x00, 0x80, 0x00}), spec) == expected);
  }
}

TEST_CASE("a DER integer with its high bit set counts as positive with and without the zero byte before it") {
  const Bytes high(32, 0xFF);
  REQUIRE(normalise_signature(der_signature(joined({0x00}, high), high), KeySpec::ec_256) == Bytes(64, 0xFF));
}

TEST_CASE("an ECDSA signature in any other shape is refused") {
  const Bytes number(32, 0x01);
  const Bytes good = der_signature(number, number);
  Bytes announced = good;
  announced[1] += 1;
  for (const Bytes& wrong :
       {Bytes{}, Bytes(63, 0x01), Bytes(65, 0x01), joined(good, {0x00}), Bytes(good.begin(), good.end() - 1), announced,
        der_signature(Bytes(33, 0x01), number), der_signature({0x00}, number), der_signature({}, number),
        write_der(0x30, write_der(0x02, number)),
        write_der(0x31, joined(write_der(0x02, number), write_der(0x02, number))),
        write_der(0x30, joined(write_der(0x02, number), write_der(0x04, number))),
        write_der(0x30, joined(good, write_der(0x02, number)))}) {
    INFO(base::to_hex(wrong));
    REQUIRE_ERROR(normalise_signature(wrong, KeySpec::ec_256), ErrorKind::signature_invalid);
  }
}

TEST_CASE("an RSA signature without its leading zeros gets them back") {
  Bytes expected(256, 0xAB);
  expected[0] = 0;
  expected[1] = 0;
  REQUIRE(normalise_signature(Bytes(254, 0xAB), KeySpec::rsa_2048) == expected);
}

TEST_CASE("an RSA signature that is empty or longer than the modulus is refused") {
  REQUIRE_ERROR(normalise_signature(Bytes{}, KeySpec::rsa_2048), ErrorKind::signature_invalid);
  REQUIRE_ERROR(normalise_signature(Bytes(257, 1), KeySpec::rsa_2048), ErrorKind::signature_invalid);
}

TEST_CASE("an Ed25519 signature is 64 bytes, taken as they are") {
  REQUIRE(normalise_signature(Bytes(64, 0x30), std::nullopt) == Bytes(64, 0x30));
  for (const std::size_t size : {0, 63, 65, 70}) {
    REQUIRE_ERROR(normalise_signature(Bytes(size, 0x30), std::nullopt), ErrorKind::signature_invalid);
  }
}
