#pragma once

#include <cstddef>
#include <string_view>

#include "approval/http.h"
#include "base/clock.h"

namespace approval {

// Collects a reply as it comes in, within bounds.
class ReplyReader {
 public:
  enum class Excess { none, header, body };

  ReplyReader(std::size_t body_limit, base::WallTime now) : body_limit_(body_limit), now_(now) {}

  // Both false when the reply is too large: `excess` says what of it. A line as it came, with its end.
  bool take_header(std::string_view line) noexcept;
  bool take_body(std::string_view bytes) noexcept;

  bool begun() const noexcept { return header_size_ > 0; }
  Excess excess() const noexcept { return excess_; }
  HttpReply& reply() noexcept { return reply_; }

  static constexpr std::size_t kHeaderLimit = 65536;

 private:
  std::size_t body_limit_;
  base::WallTime now_;
  std::size_t header_size_ = 0;
  Excess excess_ = Excess::none;
  HttpReply reply_;
};

}  // namespace approval
