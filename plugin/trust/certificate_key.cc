#include <algorithm>
#include <array>

#include "algorithm.h"
#include "oids.h"

namespace trust {
namespace {

struct Curve {
  base::ByteView oid;
  KeyKind kind;
  std::size_t field_size;  // bytes of one coordinate
};
constexpr std::array kCurves{Curve{oid::kP256, KeyKind::p256, 32}, Curve{oid::kP384, KeyKind::p384, 48},
                             Curve{oid::kP521, KeyKind::p521, 66}, Curve{oid::kP224, KeyKind::p224, 28}};

std::string curve_name(base::ByteView curve) {
  if (der::same(curve, oid::kSecp256k1)) return "secp256k1";
  return der::dotted(curve);
}

base::Bytes magnitude(base::ByteView integer) {
  if (integer.size() > 1 && integer[0] == 0) integer = integer.subspan(1);
  return {integer.begin(), integer.end()};
}

CertificateKey read_rsa(der::Reader parameters, base::ByteView bits) {
  const auto null = parameters.rest();
  if (!der::same(null, std::array<std::uint8_t, 2>{der::kNull, 0})) {
    parameters.fail("the RSA key lacks its NULL parameters");
  }
  der::Reader outer = parameters.over(bits);
  der::Reader key = outer.read(der::kSequence, "the RSA key");
  const base::ByteView modulus = key.read_integer("the RSA modulus");
  const base::ByteView exponent = key.read_integer("the RSA exponent");
  if ((modulus[0] & 0x80) != 0 || (modulus.back() & 1) == 0) key.fail("the RSA modulus is even or negative");

  pkcs11::RsaPublicKey rsa{magnitude(modulus), magnitude(exponent)};
  const bool small = rsa.exponent.size() == 1 && rsa.exponent[0] < 3;
  const bool large = rsa.exponent.size() > 4 || (rsa.exponent.size() == 4 && rsa.exponent[0] > 0x7f);
  if ((exponent[0] & 0x80) != 0 || small || large || (exponent.back() & 1) == 0) {
    key.fail("the RSA exponent is not an odd number from 3 to 2147483647");
  }
  CertificateKey result{KeyKind::rsa, std::move(rsa), {}, {}};
  result.description = pkcs11::describe(*result.public_key);
  return result;
}

CertificateKey read_ec(der::Reader parameters, base::ByteView bits) {
  if (parameters.next_is(der::kSequence))
    parameters.fail("the EC key has explicit curve parameters, not a named curve");
  const base::ByteView curve = parameters.read_oid("the EC key's curve");
  const auto known = std::ranges::find_if(kCurves, [&](const Curve& one) { return der::same(one.oid, curve); });
  if (known == kCurves.end()) {
    parameters.fail("the EC key is on the curve " + curve_name(curve) + ", which the Notary Project does not know");
  }
  const bool compressed = !bits.empty() && (bits[0] == 0x02 || bits[0] == 0x03);
  if (compressed) parameters.fail("the EC point is compressed");
  if (bits.size() != 1 + 2 * known->field_size || bits[0] != 0x04) parameters.fail("the EC point is malformed");

  CertificateKey result{
      known->kind, pkcs11::EcPublicKey{der::write(der::kOid, curve), base::Bytes(bits.begin(), bits.end())}, {}, {}};
  result.description = known->kind == KeyKind::p224 ? "EC-224" : pkcs11::describe(*result.public_key);
  return result;
}

CertificateKey read_ed25519(der::Reader parameters, base::ByteView bits) {
  if (!parameters.empty()) parameters.fail("the Ed25519 key has parameters");
  if (bits.size() != 32) parameters.fail("the Ed25519 key is malformed");
  return {KeyKind::ed25519, std::nullopt, base::Bytes(bits.begin(), bits.end()), "Ed25519"};
}

}  // namespace

CertificateKey read_key(der::Reader info) {
  constexpr std::string_view kWhat = "the public key";
  der::Reader algorithm = info.read(der::kSequence, kWhat);
  const base::ByteView identifier = algorithm.read_oid(kWhat);
  der::Reader parameters = algorithm.over({});
  if (!algorithm.empty()) parameters = algorithm.over(algorithm.read_any(kWhat).whole);
  const der::BitString bits = info.read_bit_string(kWhat);
  if (bits.unused != 0) info.fail("the public key is not a whole number of bytes");

  if (der::same(identifier, oid::kRsaEncryption)) return read_rsa(parameters, bits.bytes);
  if (der::same(identifier, oid::kEcPublicKey)) return read_ec(parameters, bits.bytes);
  if (der::same(identifier, oid::kEd25519)) return read_ed25519(parameters, bits.bytes);
  if (der::same(identifier, oid::kDsa)) return {KeyKind::other, std::nullopt, {}, "DSA"};
  if (der::same(identifier, oid::kRsassaPss)) return {KeyKind::other, std::nullopt, {}, "id-RSASSA-PSS"};
  return {KeyKind::other, std::nullopt, {}, "of the kind " + der::dotted(identifier)};
}

}  // namespace trust
