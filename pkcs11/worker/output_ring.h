#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace pkcs11 {

// The last part of what a module printed.
class OutputRing {
 public:
  static constexpr std::size_t kSize = 4096;           // bytes shown
  static constexpr std::size_t kLongestSecret = 4096;  // bytes

  void append(std::string_view text);

  // Blots out a PIN of at most kLongestSecret bytes that the module printed (a tracing module does), also where only
  // its end would be shown.
  void blot_out(base::ByteView secret);

  void clear();

  // As it came, from the start of a line where earlier text was dropped.
  std::string_view text() const;

  // The last lines that are not empty, oldest first, printable.
  std::vector<std::string> last_lines(std::size_t most) const;

 private:
  static constexpr std::size_t kKept = kSize + kLongestSecret;
  std::string kept_;
};

}  // namespace pkcs11
