#include "der.h"

#include <algorithm>

#include "base/error.h"

namespace trust::der {

bool BitString::bit(std::size_t index) const {
  if (index >= bytes.size() * 8 - unused) return false;
  return (bytes[index / 8] >> (7 - index % 8) & 1) != 0;
}

void Reader::fail(std::string_view what) const {
  throw base::Error(base::ErrorKind::invalid_chain, base::Phase::chain,
                    *object_ + " cannot be read: " + std::string(what),
                    "notation refuses such a certificate too; have it issued again");
}

Element Reader::read_any(std::string_view what) {
  const auto malformed = [&]() { fail(std::string(what) + " is malformed"); };
  if (rest_.size() < 2 || (rest_[0] & 0x1f) == 0x1f) malformed();
  std::size_t header = 2;
  std::size_t length = rest_[1];
  if (length >= 0x80) {
    const std::size_t count = length & 0x7f;
    if (count == 0 || count > 4 || rest_.size() < 2 + count) malformed();
    length = 0;
    for (std::size_t i = 0; i < count; ++i)
      length = length << 8 | rest_[2 + i];
    const bool minimal = length >= 0x80 && length >> (8 * (count - 1)) != 0;
    if (!minimal) malformed();
    header += count;
  }
  if (length > rest_.size() - header) malformed();
  const Element element{rest_[0], rest_.subspan(header, length), rest_.first(header + length)};
  rest_ = rest_.subspan(header + length);
  return element;
}

Element Reader::read_element(std::uint8_t tag, std::string_view what) {
  const Element element = read_any(what);
  if (element.tag != tag) fail(std::string(what) + " is malformed");
  return element;
}

Reader Reader::read(std::uint8_t tag, std::string_view what) {
  return over(read_element(tag, what).content);
}

std::optional<Reader> Reader::read_optional(std::uint8_t tag, std::string_view what) {
  if (!next_is(tag)) return std::nullopt;
  return read(tag, what);
}

bool Reader::read_boolean(std::string_view what) {
  const base::ByteView content = read_element(kBoolean, what).content;
  if (content.size() != 1 || (content[0] != 0x00 && content[0] != 0xff)) fail(std::string(what) + " is malformed");
  return content[0] == 0xff;
}

base::ByteView Reader::read_integer(std::string_view what, std::uint8_t tag) {
  const base::ByteView content = read_element(tag, what).content;
  if (content.empty()) fail(std::string(what) + " is malformed");
  if (content.size() > 1) {
    const bool high = (content[1] & 0x80) != 0;
    const bool padded = (content[0] == 0x00 && !high) || (content[0] == 0xff && high);
    if (padded) fail(std::string(what) + " is not minimally encoded");
  }
  return content;
}

std::int64_t Reader::read_small_integer(std::string_view what, std::uint8_t tag) {
  const base::ByteView content = read_integer(what, tag);
  if (content.size() > 8) fail(std::string(what) + " is too large");
  std::uint64_t value = (content[0] & 0x80) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::uint8_t byte : content)
    value = value << 8 | byte;
  return static_cast<std::int64_t>(value);
}

base::ByteView Reader::read_oid(std::string_view what) {
  const base::ByteView content = read_element(kOid, what).content;
  const auto malformed = [&]() { fail(std::string(what) + " is malformed"); };
  if (content.empty() || (content.back() & 0x80) != 0) malformed();
  std::uint64_t arc = 0;
  bool first = true;
  for (const std::uint8_t byte : content) {
    if (first && byte == 0x80) malformed();
    arc = arc << 7 | (byte & 0x7f);
    if (arc > 0x7fffffff) malformed();
    first = (byte & 0x80) == 0;
    if (first) arc = 0;
  }
  return content;
}

BitString Reader::read_bit_string(std::string_view what) {
  const base::ByteView content = read_element(kBitString, what).content;
  const auto malformed = [&]() { fail(std::string(what) + " is malformed"); };
  if (content.empty()) malformed();
  const BitString bits{content.subspan(1), content[0]};
  if (bits.unused > 7 || (bits.bytes.empty() && bits.unused != 0)) malformed();
  if (!bits.bytes.empty() && (bits.bytes.back() & ((1u << bits.unused) - 1)) != 0) malformed();
  return bits;
}

bool same(base::ByteView left, base::ByteView right) {
  return std::ranges::equal(left, right);
}

std::string dotted(base::ByteView oid) {
  std::string text;
  std::uint64_t arc = 0;
  for (const std::uint8_t byte : oid) {
    arc = arc << 7 | (byte & 0x7f);
    if ((byte & 0x80) != 0) continue;
    if (text.empty()) {
      const std::uint64_t top = std::min<std::uint64_t>(arc / 40, 2);
      text = std::to_string(top) + "." + std::to_string(arc - 40 * top);
    } else {
      text += '.';
      text += std::to_string(arc);
    }
    arc = 0;
  }
  return text;
}

base::Bytes write(std::uint8_t tag, base::ByteView content) {
  return write(tag, {content});
}

base::Bytes write(std::uint8_t tag, std::initializer_list<base::ByteView> parts) {
  std::size_t length = 0;
  for (const base::ByteView part : parts)
    length += part.size();
  base::Bytes out{tag};
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
  } else {
    base::Bytes digits;
    for (std::size_t rest = length; rest > 0; rest >>= 8)
      digits.push_back(static_cast<std::uint8_t>(rest));
    out.push_back(static_cast<std::uint8_t>(0x80 | digits.size()));
    out.insert(out.end(), digits.rbegin(), digits.rend());
  }
  for (const base::ByteView part : parts)
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

base::Bytes write_unsigned(base::ByteView big_endian) {
  while (big_endian.size() > 1 && big_endian[0] == 0)
    big_endian = big_endian.subspan(1);
  static constexpr std::uint8_t kZero[] = {0};
  const bool needs_sign = big_endian.empty() || (big_endian[0] & 0x80) != 0;
  return write(kInteger, {needs_sign ? base::ByteView(kZero) : base::ByteView(), big_endian});
}

base::Bytes write_bit_string(base::ByteView bytes) {
  static constexpr std::uint8_t kNoUnusedBits[] = {0};
  return write(kBitString, {kNoUnusedBits, bytes});
}

}  // namespace trust::der
