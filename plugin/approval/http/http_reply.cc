#include "http/http_reply.h"

#include <algorithm>
#include <charconv>

#include "http/http_text.h"

namespace approval {
namespace {

// Whether the value of Content-Length (RFC 9110 section 8.6) is more than the limit; libcurl judges its form.
bool exceeds(std::string_view length, std::size_t limit) {
  std::size_t number = 0;
  const auto result = std::from_chars(length.data(), length.data() + length.size(), number);
  return result.ec == std::errc::result_out_of_range || (result.ec == std::errc() && number > limit);
}

}  // namespace

bool ReplyReader::take_header(std::string_view line) noexcept {
  header_size_ += line.size();
  if (header_size_ > kHeaderLimit) {
    excess_ = Excess::header;
    return false;
  }
  if (line.starts_with("HTTP/"))
    reply_.retry_after.reset();  // one of an interim reply (RFC 9110 section 15.2) is not it
  if (const auto value = header_value(line, "Retry-After")) reply_.retry_after = parse_retry_after(*value, now_);
  if (const auto length = header_value(line, "Content-Length"); length && exceeds(*length, body_limit_))
    excess_ = Excess::body;
  return excess_ == Excess::none;
}

bool ReplyReader::take_body(std::string_view bytes) noexcept {
  if (bytes.size() > body_limit_ - reply_.body.size()) {
    excess_ = Excess::body;
    return false;
  }
  reply_.body.append(bytes);
  return true;
}

}  // namespace approval
