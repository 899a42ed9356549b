#include "http/http_headers.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "http/http_text.h"

namespace approval {
namespace {

bool is_token(const std::string& name) {  // RFC 9110 section 5.6.2
  constexpr std::string_view kToken = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return !name.empty() && name.find_first_not_of(kToken) == std::string::npos;
}

bool is_control(std::uint8_t byte) {
  return byte < 0x20 || byte == 0x7f;
}

// A name with an empty value; libcurl leaves the field out then.
base::Secret without(std::string_view name) {
  return base::Secret(base::bytes_of(std::string(name) + ':' + '\0'));
}

}  // namespace

HttpHeaders::HttpHeaders(const HttpRequest& request, const std::string& origin) {
  link(without("Expect"));
  const bool has_type = std::any_of(request.headers.begin(), request.headers.end(),
                                    [](const auto& header) { return same_name(header.first, "Content-Type"); });
  if (!has_type) link(without("Content-Type"));
  for (const auto& [name, value] : request.headers)
    add(name, base::bytes_of(value), origin);
  for (const auto& [name, value] : request.secret_headers)
    add(name, value.reveal(), origin);
}

void HttpHeaders::add(const std::string& name, base::ByteView value, const std::string& origin) {
  if (!is_token(name))
    throw HttpError(HttpFault::not_sent, true,
                    origin + ": " + base::quoted(name) + " is not the name of a header field");
  if (value.empty() || std::any_of(value.begin(), value.end(), is_control)) {
    throw HttpError(HttpFault::not_sent, true,
                    origin + ": the value for the header field " + name +
                        (value.empty() ? " is empty" : " holds a control character"));
  }
  constexpr std::string_view kSeparator = ": ";
  base::Secret line(name.size() + kSeparator.size() + value.size() + 1);
  auto end = std::copy(name.begin(), name.end(), line.writable().begin());
  end = std::copy(kSeparator.begin(), kSeparator.end(), end);
  std::copy(value.begin(), value.end(), end);
  link(std::move(line));
}

void HttpHeaders::link(base::Secret line) {
  lines_.push_back(std::move(line));
  nodes_.push_back({reinterpret_cast<char*>(lines_.back().writable().data()), nullptr});
  if (nodes_.size() > 1) nodes_[nodes_.size() - 2].next = &nodes_.back();
}

}  // namespace approval
