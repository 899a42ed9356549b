#include "secret_line.h"

#include <utility>

namespace platform {
namespace {

constexpr std::uint8_t kCtrlC = 0x03;
constexpr std::uint8_t kCtrlD = 0x04;
constexpr std::uint8_t kBackspace = 0x08;
constexpr std::uint8_t kCtrlU = 0x15;
constexpr std::uint8_t kDelete = 0x7F;

bool is_control(std::uint8_t byte) {
  return byte < 0x20 || byte == kDelete;
}

bool continues_character(std::uint8_t byte) {
  return (byte & 0xC0U) == 0x80U;
}

}  // namespace

SecretLine::SecretLine(EditingKeys keys, std::size_t limit) : keys_(keys), buffer_(limit) {}

SecretLine::State SecretLine::type(std::uint8_t byte) {
  if (!is_control(byte)) {
    append(byte);
    return State::typing;
  }
  if (byte == '\r' || byte == '\n') return State::entered;
  if (byte == kCtrlC || byte == kCtrlD) return State::cancelled;
  if (byte != 0 && (byte == keys_.interrupt || byte == keys_.quit || byte == keys_.end_of_input))
    return State::cancelled;
  if (byte == kBackspace || byte == kDelete || (byte != 0 && byte == keys_.erase)) {
    erase_character();
  } else if (byte == kCtrlU || (byte != 0 && byte == keys_.kill)) {
    clear();
  } else {
    control_ = true;
  }
  return State::typing;
}

base::Secret SecretLine::take() && {
  buffer_.shrink(size_);
  return std::move(buffer_);
}

void SecretLine::clear() noexcept {
  base::wipe(buffer_.writable());
  size_ = 0;
  too_long_ = false;
  control_ = false;
}

void SecretLine::erase_character() noexcept {
  const auto bytes = buffer_.writable();
  bool more = size_ > 0;
  while (more) {
    --size_;
    more = size_ > 0 && continues_character(bytes[size_]);
    bytes[size_] = 0;
  }
}

void SecretLine::append(std::uint8_t byte) noexcept {
  if (size_ == buffer_.size()) {
    too_long_ = true;
    return;
  }
  buffer_.writable()[size_++] = byte;
}

}  // namespace platform
