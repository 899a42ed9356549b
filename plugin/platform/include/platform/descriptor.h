#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace platform {

// Owns one file descriptor and closes it; -1 means none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) noexcept : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int number() const noexcept { return number_; }
  explicit operator bool() const noexcept { return number_ >= 0; }
  void close() noexcept;
  int release() noexcept { return std::exchange(number_, -1); }  // for the caller to close

 private:
  int number_ = -1;
};

// Writes everything, however many calls that takes, also on a non-blocking descriptor. Returns 0 or the errno value.
int write_everything(int descriptor, std::string_view text) noexcept;

// Reads at most `size` bytes once data is there, also on a non-blocking descriptor. Returns the number of bytes, 0 at
// the end, or the negated errno value.
long read_some(int descriptor, char* into, std::size_t size) noexcept;

// The system's words for an errno value, without a final stop: "No such file or directory".
const char* cause_of(int error_number) noexcept;

}  // namespace platform
