#include "pkcs11/key_spec.h"

#include <algorithm>
#include <array>
#include <bit>

namespace pkcs11 {
namespace {

constexpr std::array<KeySpecTraits, 6> kSpecs = {{
    {KeySpec::rsa_2048, KeyFamily::rsa, Hash::sha_256, 2048, 32, 256, "RSA-2048", "SHA-256", "RSASSA-PSS-SHA-256"},
    {KeySpec::rsa_3072, KeyFamily::rsa, Hash::sha_384, 3072, 48, 384, "RSA-3072", "SHA-384", "RSASSA-PSS-SHA-384"},
    {KeySpec::rsa_4096, KeyFamily::rsa, Hash::sha_512, 4096, 64, 512, "RSA-4096", "SHA-512", "RSASSA-PSS-SHA-512"},
    {KeySpec::ec_256, KeyFamily::ec, Hash::sha_256, 256, 32, 64, "EC-256", "SHA-256", "ECDSA-SHA-256"},
    {KeySpec::ec_384, KeyFamily::ec, Hash::sha_384, 384, 48, 96, "EC-384", "SHA-384", "ECDSA-SHA-384"},
    {KeySpec::ec_521, KeyFamily::ec, Hash::sha_512, 521, 64, 132, "EC-521", "SHA-512", "ECDSA-SHA-512"},
}};

// RFC 5480 section 2.1.1.1: secp256r1, secp384r1, secp521r1.
constexpr std::array<std::uint8_t, 10> kP256 = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
constexpr std::array<std::uint8_t, 7> kP384 = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};
constexpr std::array<std::uint8_t, 7> kP521 = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x23};

std::size_t bit_length(const base::Bytes& number) {
  const auto first = std::find_if(number.begin(), number.end(), [](std::uint8_t byte) { return byte != 0; });
  if (first == number.end()) return 0;
  const auto following = static_cast<std::size_t>(number.end() - first) - 1;
  return following * 8 + static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(*first)));
}

std::optional<KeySpec> spec_of(const RsaPublicKey& key) {
  const std::size_t bits = bit_length(key.modulus);
  for (const KeySpecTraits& spec : kSpecs) {
    if (spec.family == KeyFamily::rsa && spec.bits == bits) return spec.spec;
  }
  return std::nullopt;
}

std::optional<KeySpec> spec_of(const EcPublicKey& key) {
  for (const KeySpecTraits& spec : kSpecs) {
    if (spec.family == KeyFamily::ec && std::ranges::equal(curve_oid(spec.spec), key.curve)) return spec.spec;
  }
  return std::nullopt;
}

std::optional<KeySpec> spec_of(const Ed25519PublicKey&) {
  return std::nullopt;
}

}  // namespace

const KeySpecTraits& traits(KeySpec spec) {
  return kSpecs.at(static_cast<std::size_t>(spec));
}

std::size_t digest_size(Hash hash) {
  switch (hash) {
    case Hash::sha_256:
      return 32;
    case Hash::sha_384:
      return 48;
    case Hash::sha_512:
      break;
  }
  return 64;
}

std::span<const KeySpecTraits> all_key_specs() {
  return kSpecs;
}

std::optional<KeySpec> find_key_spec(std::string_view contract_name) {
  for (const KeySpecTraits& spec : kSpecs) {
    if (spec.name == contract_name) return spec.spec;
  }
  return std::nullopt;
}

base::ByteView curve_oid(KeySpec spec) {
  switch (spec) {
    case KeySpec::ec_256:
      return kP256;
    case KeySpec::ec_384:
      return kP384;
    case KeySpec::ec_521:
      return kP521;
    case KeySpec::rsa_2048:
    case KeySpec::rsa_3072:
    case KeySpec::rsa_4096:
      break;
  }
  return {};
}

std::optional<KeySpec> key_spec_of(const PublicKey& key) {
  return std::visit([](const auto& half) { return spec_of(half); }, key);
}

std::string describe(const PublicKey& key) {
  if (const auto spec = key_spec_of(key)) return std::string(traits(*spec).name);
  if (const auto* rsa = std::get_if<RsaPublicKey>(&key)) {
    return "RSA with " + std::to_string(bit_length(rsa->modulus)) + " bits";
  }
  return std::holds_alternative<Ed25519PublicKey>(key) ? "Ed25519" : "EC on an unknown curve";
}

}  // namespace pkcs11
