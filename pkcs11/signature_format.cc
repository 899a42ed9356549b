#include "signature_format.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "der.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint8_t kInteger = 0x02, kSequence = 0x30;
constexpr std::size_t kEd25519Signature = 64;  // RFC 8032 section 5.1.6

[[noreturn]] void refuse(ByteView signature, std::string_view kind) {
  throw base::Error(base::ErrorKind::signature_invalid, base::Phase::sign,
                    "reading the token's signature failed: " + std::to_string(signature.size()) +
                        " bytes are no signature of " + std::string(kind),
                    "a fault of the module: please report it to its vendor with the module's version");
}

// The digits of an INTEGER read as unsigned, without leading zeros; empty for zero. Some modules leave out the zero
// byte that DER puts before a high bit: r and s are never negative, and every signature is verified afterwards.
std::optional<ByteView> digits_of(const DerElement& element) {
  if (element.tag != kInteger) return std::nullopt;
  const auto first = std::ranges::find_if(element.content, [](std::uint8_t byte) { return byte != 0; });
  if (first == element.content.end()) return std::nullopt;
  return element.content.subspan(static_cast<std::size_t>(first - element.content.begin()));
}

// r and s out of Ecdsa-Sig-Value (RFC 3279 section 2.2.3), each filled to the width of the curve.
std::optional<Bytes> fixed_width(ByteView signature, std::size_t width) {
  const auto sequence = read_der(signature);
  if (!sequence || sequence->tag != kSequence || !sequence->rest.empty()) return std::nullopt;
  Bytes fixed(2 * width, 0);
  ByteView rest = sequence->content;
  for (std::size_t end = width; end <= 2 * width; end += width) {
    const auto element = read_der(rest);
    const auto digits = element ? digits_of(*element) : std::nullopt;
    if (!digits || digits->size() > width) return std::nullopt;
    std::ranges::copy(*digits, fixed.begin() + static_cast<std::ptrdiff_t>(end - digits->size()));
    rest = element->rest;
  }
  if (!rest.empty()) return std::nullopt;
  return fixed;
}

Bytes normalise_ed25519(ByteView signature) {
  if (signature.size() != kEd25519Signature) refuse(signature, "Ed25519");
  return {signature.begin(), signature.end()};
}

}  // namespace

Bytes normalise_signature(ByteView signature, std::optional<KeySpec> key_spec) {
  if (!key_spec) return normalise_ed25519(signature);
  const KeySpecTraits& spec = traits(*key_spec);
  if (signature.size() == spec.signature_size) return {signature.begin(), signature.end()};
  if (spec.family == KeyFamily::ec) {
    if (auto fixed = fixed_width(signature, spec.signature_size / 2)) return *std::move(fixed);
  } else if (!signature.empty() && signature.size() < spec.signature_size) {
    Bytes filled(spec.signature_size - signature.size(), 0);
    filled.insert(filled.end(), signature.begin(), signature.end());
    return filled;
  }
  refuse(signature, spec.name);
}

}  // namespace pkcs11
