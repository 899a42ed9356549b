#include "ec_point.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "base/error.h"
#include "der.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint8_t kOctetString = 0x04, kNull = 0x05, kObjectIdentifier = 0x06, kUtf8String = 0x0C,
                       kPrintableString = 0x13, kSequence = 0x30;
constexpr std::array<std::uint8_t, 5> kEd25519 = {0x06, 0x03, 0x2B, 0x65, 0x70};
constexpr std::array<std::uint8_t, 11> kEd25519Legacy = {0x06, 0x09, 0x2B, 0x06, 0x01, 0x04,
                                                         0x01, 0xDA, 0x47, 0x0F, 0x01};
constexpr std::size_t kEd25519Size = 32;  // bytes
constexpr std::uint8_t kUncompressed = 0x04, kCompressedEven = 0x02, kCompressedOdd = 0x03;

[[noreturn]] void refuse(base::ErrorKind kind, std::string_view attribute, std::string_view cause,
                         std::string hint = {}) {
  std::string message = "reading the public key failed: ";
  message.append(attribute).append(" ").append(cause);
  throw base::Error(kind, base::Phase::find, std::move(message), std::move(hint));
}

std::string in_lower_case(std::string_view name) {
  std::string lower(name);
  std::ranges::transform(lower, lower.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

std::optional<KeySpec> spec_of_name(std::string_view name) {
  constexpr std::array kNames = {std::pair{std::string_view("secp256r1"), KeySpec::ec_256},
                                 std::pair{std::string_view("prime256v1"), KeySpec::ec_256},
                                 std::pair{std::string_view("p-256"), KeySpec::ec_256},
                                 std::pair{std::string_view("secp384r1"), KeySpec::ec_384},
                                 std::pair{std::string_view("p-384"), KeySpec::ec_384},
                                 std::pair{std::string_view("secp521r1"), KeySpec::ec_521},
                                 std::pair{std::string_view("p-521"), KeySpec::ec_521}};
  const std::string lower = in_lower_case(name);
  const auto found = std::ranges::find(kNames, std::string_view(lower), [](const auto& entry) { return entry.first; });
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

std::optional<KeySpec> spec_of_oid(ByteView oid) {
  for (const KeySpec spec : {KeySpec::ec_256, KeySpec::ec_384, KeySpec::ec_521}) {
    if (std::ranges::equal(curve_oid(spec), oid)) return spec;
  }
  return std::nullopt;
}

Bytes copy_of(ByteView bytes) {
  return {bytes.begin(), bytes.end()};
}

std::size_t coordinate_size(KeySpec spec) {
  return traits(spec).signature_size / 2;
}

bool is_uncompressed(ByteView point, std::size_t coordinate) {
  return point.size() == 2 * coordinate + 1 && point[0] == kUncompressed;
}

bool is_compressed(ByteView point, std::size_t coordinate) {
  return point.size() == coordinate + 1 && (point[0] == kCompressedEven || point[0] == kCompressedOdd);
}

// tpm2-pkcs11 1.9.0 writes the length 133 in one byte, which DER does not allow.
bool has_malformed_wrapper(ByteView attribute, std::size_t coordinate) {
  const std::size_t size = 2 * coordinate + 1;
  return size >= 0x80 && attribute.size() == size + 2 && attribute[0] == kOctetString && attribute[1] == size &&
         attribute[2] == kUncompressed;
}

bool names_ed25519(ByteView params) {
  if (std::ranges::equal(params, kEd25519) || std::ranges::equal(params, kEd25519Legacy)) return true;
  const auto element = read_der(params);
  if (!element || !element->rest.empty()) refuse(base::ErrorKind::token_failed, "CKA_EC_PARAMS", "is not DER");
  const bool is_name = element->tag == kPrintableString || element->tag == kUtf8String;
  return is_name && in_lower_case(base::text_of(element->content)) == "edwards25519";
}

// The content of an OCTET STRING that fills all the bytes.
std::optional<ByteView> unwrapped(ByteView attribute) {
  const auto element = read_der(attribute);
  if (!element || element->tag != kOctetString || !element->rest.empty()) return std::nullopt;
  return element->content;
}

}  // namespace

Curve read_ec_params(ByteView params) {
  constexpr std::string_view kAttribute = "CKA_EC_PARAMS";
  const auto element = read_der(params);
  if (!element || !element->rest.empty()) refuse(base::ErrorKind::token_failed, kAttribute, "is not DER");
  switch (element->tag) {
    case kObjectIdentifier:
      return {copy_of(params), spec_of_oid(params)};
    case kPrintableString:
    case kUtf8String: {
      const auto spec = spec_of_name(base::text_of(element->content));
      return {copy_of(spec ? curve_oid(*spec) : params), spec};
    }
    case kSequence:
      refuse(base::ErrorKind::not_capable, kAttribute,
             "describes the curve by explicit parameters, which is not supported",
             "make the key again on a named curve: P-256, P-384 or P-521");
    case kNull:
      refuse(base::ErrorKind::not_capable, kAttribute, "leaves the curve to others to know, which is not supported",
             "make the key again on a named curve: P-256, P-384 or P-521");
    default:
      refuse(base::ErrorKind::token_failed, kAttribute, "is neither an object identifier nor a curve's name");
  }
}

Bytes read_ec_point(ByteView point, KeySpec spec) {
  constexpr std::string_view kAttribute = "CKA_EC_POINT";
  const std::size_t coordinate = coordinate_size(spec);
  if (is_uncompressed(point, coordinate)) return copy_of(point);
  if (has_malformed_wrapper(point, coordinate)) return copy_of(point.subspan(2));
  const auto content = unwrapped(point);
  if (content && is_uncompressed(*content, coordinate)) return copy_of(*content);
  if (is_compressed(point, coordinate) || (content && is_compressed(*content, coordinate))) {
    refuse(base::ErrorKind::not_capable, kAttribute, "is a compressed point, which is not supported",
           "give the certificate chain in a file (chain_file), then the token's public key is not needed");
  }
  refuse(base::ErrorKind::token_failed, kAttribute,
         "of " + std::to_string(point.size()) + " bytes is no point of " + std::string(traits(spec).name));
}

EcPublicKey read_ec_public_key(ByteView params, ByteView point) {
  Curve curve = read_ec_params(params);
  if (curve.spec) return {std::move(curve.oid), read_ec_point(point, *curve.spec)};
  return {std::move(curve.oid), copy_of(unwrapped(point).value_or(point))};
}

Ed25519PublicKey read_ed25519_key(ByteView params, ByteView point) {
  if (!names_ed25519(params)) {
    refuse(base::ErrorKind::not_capable, "CKA_EC_PARAMS", "names another Edwards curve than edwards25519",
           "Ed25519 is the only one that is supported");
  }
  const ByteView bare = point.size() == kEd25519Size ? point : unwrapped(point).value_or(ByteView{});
  if (bare.size() == kEd25519Size) return {copy_of(bare)};
  refuse(base::ErrorKind::token_failed, "CKA_EC_POINT",
         "of " + std::to_string(point.size()) + " bytes is no Ed25519 key");
}

Bytes write_ec_point(ByteView uncompressed) {
  return write_der(kOctetString, uncompressed);
}

}  // namespace pkcs11
