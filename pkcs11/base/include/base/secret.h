#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.h"

namespace base {

// Overwrites memory in a way the compiler may not drop.
void wipe(std::span<std::uint8_t> memory) noexcept;
void wipe(std::span<char> memory) noexcept;

// Owns bytes that must not leak: move-only, wiped when it goes, has no conversion to string and no stream operator.
// It has pages of its own, which are locked in memory and kept out of core dumps where the system allows it (best
// effort). Throws std::bad_alloc when there is no memory at all.
class Secret {
 public:
  Secret() = default;
  explicit Secret(ByteView bytes);    // copies; the caller wipes its own copy
  explicit Secret(std::size_t size);  // zeroed
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  ByteView reveal() const noexcept { return {data_, size_}; }
  std::span<std::uint8_t> writable() noexcept { return {data_, size_}; }
  void shrink(std::size_t size) noexcept;  // wipes what it cuts off
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  Secret copy() const { return Secret(reveal()); }

 private:
  void release() noexcept;

  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;  // length of the mapping
};

}  // namespace base
