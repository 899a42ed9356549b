#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

#include "expect.h"
#include "http/http_reply.h"
#include "http/http_text.h"

namespace {

using approval::ReplyReader;
using fuzz::expect;

constexpr std::size_t kBodyLimit = 64;
constexpr std::size_t kPiece = 24;  // bytes of a body that come at once

// 6 November 1994, 08:49:37 UTC: the corpus names times around it.
constexpr std::time_t kNow = 784'111'777;

base::WallTime now() {
  return base::WallTime(std::chrono::seconds(kNow));
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// What is accepted and is no number, the C library must read as the same date.
void check_retry_after(std::string_view value) {
  const auto wait = approval::parse_retry_after(value, now());
  if (!wait) return;
  const std::string text(approval::header_value("x:" + std::string(value), "X").value());
  expect(approval::parse_retry_after(text, now()) == wait, "blanks around a value do not count");
  expect(wait->count() >= 0 && *wait <= approval::kLongestRetryAfter, "a wait is from nothing to an hour");
  if (is_number(text)) return;
  std::tm parts{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  expect(end != nullptr && *end == '\0', "the C library reads the date");
  const auto seconds = std::clamp<std::time_t>(timegm(&parts) - kNow, 0, approval::kLongestRetryAfter.count());
  expect(wait->count() == seconds, "both readers take one date");
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const std::string_view line = rest.substr(0, end == std::string_view::npos ? end : end + 1);
  rest.remove_prefix(line.size());
  return line;
}

// The lines up to an empty one are the header. False when the reader wants no more.
bool take_header(ReplyReader& reader, std::string_view& rest) {
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (!reader.take_header(line)) return false;
    if (line == "\n" || line == "\r\n") return true;
  }
  return true;
}

bool take_body(ReplyReader& reader, std::string_view rest) {
  for (; !rest.empty(); rest.remove_prefix(std::min(kPiece, rest.size()))) {
    if (!reader.take_body(rest.substr(0, kPiece))) return false;
  }
  return true;
}

}  // namespace

// The input is a reply as it comes over the wire; then the value of Retry-After alone.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  ReplyReader reader(kBodyLimit, now());
  std::string_view rest = text;
  const bool complete = take_header(reader, rest) && take_body(reader, rest);
  expect(complete == (reader.excess() == ReplyReader::Excess::none), "only what is too large is refused");
  expect(reader.begun() == !text.empty(), "a reply begins with its first byte");
  const approval::HttpReply& reply = reader.reply();
  expect(reply.body.size() <= kBodyLimit, "a body keeps to its limit");
  expect(!complete || reply.body == rest, "a body is all that came");
  expect(!reply.retry_after || (reply.retry_after->count() >= 0 && *reply.retry_after <= approval::kLongestRetryAfter),
         "a wait is from nothing to an hour");
  check_retry_after(text);
  return 0;
}
