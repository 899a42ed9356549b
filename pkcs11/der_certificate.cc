#include "der_certificate.h"

#include <algorithm>
#include <array>

#include "der.h"

namespace pkcs11 {
namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint8_t kInteger = 0x02, kBitString = 0x03, kOid = 0x06, kSequence = 0x30, kVersion = 0xa0;

constexpr std::array<std::uint8_t, 11> kRsaEncryption{0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01};
constexpr std::array<std::uint8_t, 9> kEcPublicKey{0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};

struct Element {
  std::uint8_t tag;
  ByteView content;
  ByteView whole;  // tag and length included
};

// Takes elements off the front of a run of DER; empty as soon as one does not fit.
class Reader {
 public:
  explicit Reader(ByteView rest) : rest_(rest) {}

  std::optional<Element> next() {
    const std::optional<DerElement> element = read_der(rest_);
    if (!element) return std::nullopt;
    const ByteView whole = rest_.first(rest_.size() - element->rest.size());
    rest_ = element->rest;
    return Element{element->tag, element->content, whole};
  }

  std::optional<Element> next(std::uint8_t tag) {
    auto element = next();
    if (element && element->tag != tag) return std::nullopt;
    return element;
  }

  bool at(std::uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }

 private:
  ByteView rest_;
};

Bytes unsigned_integer(ByteView content) {
  const auto first = std::find_if(content.begin(), content.end(), [](std::uint8_t byte) { return byte != 0; });
  return {first, content.end()};
}

std::optional<PublicKey> rsa_key(ByteView bits) {
  const auto sequence = Reader(bits).next(kSequence);
  if (!sequence) return std::nullopt;
  Reader reader(sequence->content);
  const auto modulus = reader.next(kInteger);
  const auto exponent = reader.next(kInteger);
  if (!modulus || !exponent) return std::nullopt;
  return RsaPublicKey{unsigned_integer(modulus->content), unsigned_integer(exponent->content)};
}

std::optional<PublicKey> ec_key(const std::optional<Element>& curve, ByteView point) {
  if (!curve || curve->tag != kOid || point.empty() || point[0] != 0x04) return std::nullopt;
  return EcPublicKey{Bytes(curve->whole.begin(), curve->whole.end()), Bytes(point.begin(), point.end())};
}

// SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7)
std::optional<PublicKey> public_key(ByteView info) {
  Reader reader(info);
  const auto algorithm = reader.next(kSequence);
  const auto bits = reader.next(kBitString);
  if (!algorithm || !bits || bits->content.empty() || bits->content[0] != 0) return std::nullopt;
  Reader parts(algorithm->content);
  const auto identifier = parts.next(kOid);
  if (!identifier) return std::nullopt;
  const ByteView key = bits->content.subspan(1);
  if (std::ranges::equal(identifier->whole, kRsaEncryption)) return rsa_key(key);
  if (std::ranges::equal(identifier->whole, kEcPublicKey)) return ec_key(parts.next(), key);
  return std::nullopt;
}

}  // namespace

std::optional<CertificateNames> read_names(ByteView certificate) {
  const auto outer = Reader(certificate).next(kSequence);
  if (!outer) return std::nullopt;
  const auto body = Reader(outer->content).next(kSequence);
  if (!body) return std::nullopt;
  Reader reader(body->content);
  if (reader.at(kVersion)) reader.next();
  const auto serial = reader.next(kInteger);
  const auto algorithm = reader.next(kSequence);
  const auto issuer = reader.next(kSequence);
  const auto validity = reader.next(kSequence);
  const auto subject = reader.next(kSequence);
  const auto key = reader.next(kSequence);
  if (!serial || !algorithm || !issuer || !validity || !subject || !key) return std::nullopt;
  return CertificateNames{issuer->whole, subject->whole, serial->whole, public_key(key->content)};
}

}  // namespace pkcs11
