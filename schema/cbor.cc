#include "cbor.h"

#include <array>
#include <set>
#include <string>

#include "payload_fault.h"

namespace schema {
namespace {

constexpr unsigned kMaximumDepth = 16;

constexpr std::array<std::string_view, 8> kTypeNames{
    "an unsigned integer", "a negative integer", "a byte string", "a text string", "an array", "a map", "a tag",
    "a simple value"};

std::string_view name_of(CborType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

}  // namespace

void CborReader::refuse(std::string_view cause) const {
  refuse_payload(std::string(what_) + ": " + std::string(cause));
}

base::ByteView CborReader::take(std::uint64_t size) {
  if (size > data_.size() - position_) refuse("ends too early");
  const base::ByteView taken = data_.subspan(position_, static_cast<std::size_t>(size));
  position_ += taken.size();
  return taken;
}

CborType CborReader::next_type() const {
  if (at_end()) refuse("ends too early");
  return static_cast<CborType>(data_[position_] >> 5);
}

CborHead CborReader::head() {
  const std::uint8_t first = take(1)[0];
  const auto type = static_cast<CborType>(first >> 5);
  const unsigned info = first & 0x1fU;
  if (info < 24) return {type, info};
  if (info == 31) refuse("has an item of indefinite length");
  if (info > 27) refuse("has a reserved item head");

  std::uint64_t argument = 0;
  for (const std::uint8_t byte : take(std::uint64_t{1} << (info - 24)))
    argument = argument << 8 | byte;
  if (type == CborType::simple) {
    if (info == 24 && argument < 32) refuse("has a malformed simple value");
    return {type, argument};  // floating-point numbers have no shorter head
  }
  constexpr std::array<std::uint64_t, 4> kSmallest{24, 0x100, 0x1'0000, 0x1'0000'0000};
  if (argument < kSmallest[info - 24]) refuse("has a number or length that is not in its shortest form");
  return {type, argument};
}

std::uint64_t CborReader::expect(CborType type, std::string_view member) {
  if (next_type() != type) {
    refuse(std::string(member) + " is " + std::string(name_of(next_type())) + ", not " + std::string(name_of(type)));
  }
  return head().argument;
}

std::uint64_t CborReader::unsigned_integer(std::string_view member) {
  return expect(CborType::unsigned_integer, member);
}

base::ByteView CborReader::bytes(std::string_view member) {
  return take(expect(CborType::bytes, member));
}

std::string_view CborReader::take_text(std::uint64_t size) {
  const base::ByteView bytes = take(size);
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  if (!base::is_utf8(text)) refuse("has a text string that is not UTF-8");
  return text;
}

std::string_view CborReader::text(std::string_view member) {
  return take_text(expect(CborType::text, member));
}

std::uint64_t CborReader::count_of(CborType container, std::string_view member) {
  return expect(container, member);
}

void CborReader::tag(std::uint64_t number, std::string_view member) {
  if (expect(CborType::tag, member) != number) {
    refuse(std::string(member) + " does not have tag " + std::to_string(number));
  }
}

void CborReader::skip_item(unsigned depth) {
  if (depth > kMaximumDepth) refuse("is nested too deep");
  const CborHead item = head();
  switch (item.type) {
    case CborType::bytes:
      take(item.argument);
      break;
    case CborType::text:
      take_text(item.argument);
      break;
    case CborType::tag:
      skip_item(depth + 1);
      break;
    case CborType::array:
      for (std::uint64_t i = 0; i < item.argument; ++i)
        skip_item(depth + 1);
      break;
    case CborType::map: {
      std::set<std::string> keys;
      for (std::uint64_t i = 0; i < item.argument; ++i) {
        const std::size_t start = position_;
        skip_item(depth + 1);
        if (!keys.insert(base::text_of(since(start))).second) refuse("has a map with the same key twice");
        skip_item(depth + 1);
      }
      break;
    }
    default:
      break;
  }
}

}  // namespace schema
