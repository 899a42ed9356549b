#include "worker/wire.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/error.h"

namespace pkcs11::wire {
namespace {

constexpr std::size_t kUsualMessage = 1024;

[[noreturn]] void fail(const char* cause) {
  throw base::Error(base::ErrorKind::internal, base::Phase::none, std::string("a message cannot be read: ") + cause);
}

template <std::size_t Size>
std::array<std::uint8_t, Size> little_endian(std::uint64_t value) {
  std::array<std::uint8_t, Size> bytes{};
  for (std::size_t i = 0; i < Size; ++i)
    bytes[i] = static_cast<std::uint8_t>(value >> (8 * i));
  return bytes;
}

std::uint64_t number_in(base::ByteView bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;)
    value = (value << 8) | bytes[i];
  return value;
}

}  // namespace

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  clear();
  bytes_ = std::move(other.bytes_);
  return *this;
}

void Buffer::append(base::ByteView bytes) {
  if (bytes.size() > bytes_.capacity() - bytes_.size()) reserve(2 * (bytes_.size() + bytes.size()));
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

std::span<std::uint8_t> Buffer::resize(std::size_t size) {
  if (size > bytes_.capacity()) reserve(size);
  bytes_.resize(size);
  return bytes_;
}

void Buffer::clear() noexcept {
  base::wipe(std::span<std::uint8_t>(bytes_));
  bytes_.clear();
}

void Buffer::reserve(std::size_t capacity) {
  base::Bytes larger;
  larger.reserve(std::max(capacity, kUsualMessage));
  larger.assign(bytes_.begin(), bytes_.end());
  base::wipe(std::span<std::uint8_t>(bytes_));
  bytes_ = std::move(larger);
}

Writer::Writer() {
  buffer_.append(little_endian<kHeaderSize>(0));
}

void Writer::byte(std::uint8_t value) {
  buffer_.append({&value, 1});
}

void Writer::number(std::uint64_t value) {
  buffer_.append(little_endian<8>(value));
}

void Writer::bytes(base::ByteView value) {
  count(value.size());
  buffer_.append(value);
}

void Writer::count(std::size_t value) {
  if (value > kMaximumBody) fail("too long");
  buffer_.append(little_endian<4>(value));
}

Buffer Writer::finish() {
  const std::size_t body = buffer_.size() - kHeaderSize;
  if (body > kMaximumBody) fail("too long");
  const auto header = little_endian<kHeaderSize>(body);
  std::copy(header.begin(), header.end(), buffer_.writable().begin());
  return std::exchange(buffer_, Buffer());
}

std::size_t body_size(std::span<const std::uint8_t, kHeaderSize> header) {
  const std::uint64_t size = number_in(header);
  if (size > kMaximumBody) fail("too long");
  return static_cast<std::size_t>(size);
}

base::ByteView Reader::take(std::size_t size) {
  if (size > rest_.size()) fail("cut short");
  const base::ByteView taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

bool Reader::flag() {
  return byte_up_to(1) != 0;
}

std::uint8_t Reader::byte() {
  return take(1).front();
}

std::uint8_t Reader::byte_up_to(std::uint8_t largest) {
  const std::uint8_t value = byte();
  if (value > largest) fail("unknown value");
  return value;
}

std::uint64_t Reader::number() {
  return number_in(take(8));
}

unsigned long Reader::ulong() {
  const std::uint64_t value = number();
  if (value > std::numeric_limits<unsigned long>::max()) fail("number too large");
  return static_cast<unsigned long>(value);
}

base::ByteView Reader::bytes() {
  return take(static_cast<std::size_t>(number_in(take(4))));
}

base::Bytes Reader::owned_bytes() {
  const base::ByteView value = bytes();
  return {value.begin(), value.end()};
}

std::string Reader::text() {
  return base::text_of(bytes());
}

std::size_t Reader::count() {
  const std::uint64_t items = number_in(take(4));
  if (items > kMaximumItems || items > rest_.size()) fail("more items than bytes");
  return static_cast<std::size_t>(items);
}

void Reader::finish() const {
  if (!rest_.empty()) fail("bytes are left over");
}

}  // namespace pkcs11::wire
