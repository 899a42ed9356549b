#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/secret.h"

namespace pkcs11::wire {

// A message is its length (four bytes, little-endian, without these four) and a body. Numbers are little-endian, texts
// and bytes are a 32-bit length and the bytes, an optional is a flag and the value. Both ends are this very program.
inline constexpr std::size_t kHeaderSize = 4;
inline constexpr std::size_t kMaximumBody = std::size_t{16} << 20;  // a survey of thousands of keys
inline constexpr std::size_t kMaximumItems = 65'536;                // of a list

// Bytes that may hold a PIN: wiped when they go and when they move to a larger place.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&&) = default;
  Buffer& operator=(Buffer&& other) noexcept;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() { clear(); }

  void append(base::ByteView bytes);
  std::span<std::uint8_t> resize(std::size_t size);
  void clear() noexcept;
  base::ByteView view() const noexcept { return bytes_; }
  std::span<std::uint8_t> writable() noexcept { return bytes_; }
  std::size_t size() const noexcept { return bytes_.size(); }

 private:
  void reserve(std::size_t capacity);
  base::Bytes bytes_;
};

// Builds one message. Errors: internal (body over kMaximumBody).
class Writer {
 public:
  Writer();

  void flag(bool value) { byte(value ? 1 : 0); }
  void byte(std::uint8_t value);
  void number(std::uint64_t value);
  void bytes(base::ByteView value);
  void text(std::string_view value) { bytes(base::bytes_of(value)); }
  void count(std::size_t value);

  // The whole message, header included; the writer is empty afterwards.
  Buffer finish();

 private:
  Buffer buffer_;
};

// The length in a header. Errors: internal (over kMaximumBody).
std::size_t body_size(std::span<const std::uint8_t, kHeaderSize> header);

// Reads one body strictly. Errors: internal, from every function, when the bytes are not what was asked for.
class Reader {
 public:
  explicit Reader(base::ByteView body) : rest_(body) {}

  bool flag();
  std::uint8_t byte();
  std::uint8_t byte_up_to(std::uint8_t largest);  // for enumerators
  std::uint64_t number();
  unsigned long ulong();
  base::ByteView bytes();  // lives as long as the body
  base::Bytes owned_bytes();
  std::string text();
  std::size_t count();  // items of a list, at most what the rest has room for
  void finish() const;  // nothing may be left

 private:
  base::ByteView take(std::size_t size);
  base::ByteView rest_;
};

}  // namespace pkcs11::wire
