#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace schema {

// Major types of RFC 8949 section 3.1, with their numbers.
enum class CborType { unsigned_integer, negative_integer, bytes, text, array, map, tag, simple };

struct CborHead {
  CborType type;
  std::uint64_t argument;  // value, length, count or tag number; a negative integer is -1 - argument
};

// Written here because no packaged library does the job: nlohmann/json reads neither maps with numbers for keys nor the
// tags of times, and libcbor comes as a shared library alone whose name changes from release to release.
//
// Reads CBOR forward, item by item, in the deterministic form that RFC 9052 section 9 demands of what is signed:
// definite lengths and shortest heads only. Everything else, and any read past the end, is refused (payload_fault.h)
// with `what` in the text. The view must outlive the reader and what it hands out.
class CborReader {
 public:
  CborReader(base::ByteView data, std::string_view what) : data_(data), what_(what) {}

  bool at_end() const { return position_ == data_.size(); }
  std::size_t position() const { return position_; }
  base::ByteView since(std::size_t start) const { return data_.subspan(start, position_ - start); }
  CborType next_type() const;

  CborHead head();
  std::uint64_t unsigned_integer(std::string_view member);
  base::ByteView bytes(std::string_view member);
  std::string_view text(std::string_view member);
  std::uint64_t count_of(CborType container, std::string_view member);  // array or map
  void tag(std::uint64_t number, std::string_view member);

  // Passes over one item of any type; maps inside it must not hold a key twice.
  void skip() { skip_item(0); }

 private:
  std::uint64_t expect(CborType type, std::string_view member);
  base::ByteView take(std::uint64_t size);
  std::string_view take_text(std::uint64_t size);
  void skip_item(unsigned depth);
  [[noreturn]] void refuse(std::string_view cause) const;

  base::ByteView data_;
  std::string_view what_;
  std::size_t position_ = 0;
};

}  // namespace schema
