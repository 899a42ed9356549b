#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

// Distinguished Encoding Rules (X.690), the part that certificates use: single-byte tags, minimal definite lengths,
// minimal integers.
namespace trust::der {

inline constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05,
                              kOid = 0x06, kUtf8String = 0x0c, kNumericString = 0x12, kPrintableString = 0x13,
                              kT61String = 0x14, kIa5String = 0x16, kUtcTime = 0x17, kGeneralizedTime = 0x18,
                              kBmpString = 0x1e, kSequence = 0x30, kSet = 0x31;
constexpr std::uint8_t context(unsigned number) {
  return static_cast<std::uint8_t>(0x80 | number);
}
constexpr std::uint8_t context_constructed(unsigned number) {
  return static_cast<std::uint8_t>(0xa0 | number);
}

struct Element {
  std::uint8_t tag = 0;
  base::ByteView content;
  base::ByteView whole;  // header included
};

struct BitString {
  base::ByteView bytes;
  unsigned unused = 0;  // low bits of the last byte that do not count
  bool bit(std::size_t index) const;
};

// Reads elements one after the other. Every function moves past what it read and throws Error(invalid_chain) when the
// bytes do not fit: `<object> cannot be read: <what> ...`. `object` must outlive the reader.
class Reader {
 public:
  Reader(base::ByteView bytes, const std::string& object) : rest_(bytes), object_(&object) {}

  bool empty() const { return rest_.empty(); }
  base::ByteView rest() const { return rest_; }
  bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_[0] == tag; }

  Element read_any(std::string_view what);
  Element read_element(std::uint8_t tag, std::string_view what);
  Reader read(std::uint8_t tag, std::string_view what);
  std::optional<Reader> read_optional(std::uint8_t tag, std::string_view what);
  bool read_boolean(std::string_view what);
  base::ByteView read_integer(std::string_view what, std::uint8_t tag = kInteger);      // two's complement, big-endian
  std::int64_t read_small_integer(std::string_view what, std::uint8_t tag = kInteger);  // one that fits 64 bits
  base::ByteView read_oid(std::string_view what);                                       // content, every arc below 2^31
  BitString read_bit_string(std::string_view what);

  Reader over(base::ByteView bytes) const { return Reader(bytes, *object_); }
  [[noreturn]] void fail(std::string_view what) const;

 private:
  base::ByteView rest_;
  const std::string* object_;
};

// Whether the content of an object identifier is `oid`, also given as content.
bool same(base::ByteView left, base::ByteView right);
std::string dotted(base::ByteView oid);

// Writing. Each returns one whole element.
base::Bytes write(std::uint8_t tag, base::ByteView content);
base::Bytes write(std::uint8_t tag, std::initializer_list<base::ByteView> parts);
base::Bytes write_unsigned(base::ByteView big_endian);  // INTEGER, leading zeros dropped, sign byte added where needed
base::Bytes write_bit_string(base::ByteView bytes);

}  // namespace trust::der
