#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"

namespace pkcs11 {

// The six kinds of key that the Notary Project knows (signature specification, "Algorithm Selection"). The key decides
// hash and algorithm; nobody chooses.
enum class KeySpec { rsa_2048, rsa_3072, rsa_4096, ec_256, ec_384, ec_521 };
enum class KeyFamily { rsa, ec };
enum class Hash { sha_256, sha_384, sha_512 };

struct KeySpecTraits {
  KeySpec spec;
  KeyFamily family;
  Hash hash;
  unsigned bits;                    // RSA modulus or curve size
  std::size_t digest_size;          // bytes; also the salt length of RSASSA-PSS
  std::size_t signature_size;       // bytes; modulus, or r and s at fixed width
  std::string_view name;            // contract spelling, "RSA-2048" or "EC-256"
  std::string_view hash_name;       // contract spelling, "SHA-256"
  std::string_view algorithm_name;  // contract spelling, "RSASSA-PSS-SHA-256" or "ECDSA-SHA-256"
};

const KeySpecTraits& traits(KeySpec spec);
std::span<const KeySpecTraits> all_key_specs();
std::size_t digest_size(Hash hash);  // bytes
std::optional<KeySpec> find_key_spec(std::string_view contract_name);

// Public halves as tokens hold them. Two keys are the same key exactly when these compare equal.
struct RsaPublicKey {
  base::Bytes modulus;   // big-endian, no leading zero
  base::Bytes exponent;  // big-endian, no leading zero
  bool operator==(const RsaPublicKey&) const = default;
};
struct EcPublicKey {
  base::Bytes curve;  // DER of the curve's object identifier, tag and length included (X9.62 namedCurve)
  base::Bytes point;  // uncompressed: 04, x, y; no OCTET STRING around it
  bool operator==(const EcPublicKey&) const = default;
};
// Ed25519 (RFC 8032), which the Notary Project does not know: such a key has no KeySpec and signs answers alone.
struct Ed25519PublicKey {
  base::Bytes bytes;  // 32 of them
  bool operator==(const Ed25519PublicKey&) const = default;
};
using PublicKey = std::variant<RsaPublicKey, EcPublicKey, Ed25519PublicKey>;

// DER object identifiers of P-256, P-384 and P-521 for the specs of family ec.
base::ByteView curve_oid(KeySpec spec);

// Empty for a key that the Notary Project does not know (RSA-1024, another curve, Ed25519).
std::optional<KeySpec> key_spec_of(const PublicKey& key);

// "RSA-3072", "EC-256", or for other keys "RSA with 1024 bits", "EC on an unknown curve", "Ed25519": for people.
std::string describe(const PublicKey& key);

}  // namespace pkcs11
