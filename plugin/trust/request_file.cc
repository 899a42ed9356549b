#include "request_file.h"

#include <algorithm>

#include "base/base64.h"
#include "certificate_set.h"
#include "trust/request.h"

namespace trust {
namespace {

constexpr const char* kHint = "it must be the file that cert csr wrote, PEM or DER";

// The text between the lines BEGIN and END of the label; empty when there is no such block.
std::string_view find_body(std::string_view text, std::string_view label) {
  const std::string begin = "-----BEGIN " + std::string(label) + "-----";
  const std::string end = "-----END " + std::string(label) + "-----";
  const std::size_t from = text.find(begin);
  if (from == std::string_view::npos) return {};
  const std::size_t to = text.find(end, from);
  return to == std::string_view::npos ? std::string_view() : text.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

base::Bytes request_bytes(std::string_view content, const std::string& place) {
  if (content.size() > kMaxRequestSize) refuse(place + " cannot be used: it is larger than 64 KiB", kHint);
  if (content.starts_with('\x30')) {
    const base::ByteView der = base::bytes_of(content);
    return {der.begin(), der.end()};
  }
  std::string_view body = find_body(content, "CERTIFICATE REQUEST");
  if (body.empty()) body = find_body(content, "NEW CERTIFICATE REQUEST");
  std::string base64(body);
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; });
  const std::optional<base::Bytes> der = base::decode_base64(base64);
  if (!der || der->empty()) refuse(place + " cannot be used: it holds no whole CERTIFICATE REQUEST", kHint);
  return *der;
}

}  // namespace trust
