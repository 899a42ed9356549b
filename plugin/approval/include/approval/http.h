#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/secret.h"

namespace approval {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // https only
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::pair<std::string, base::Secret>> secret_headers;  // name and value; never shown
  std::string body;
  // Never on a connection that was used before: libcurl sends a request again by itself when such a one turns out dead.
  bool fresh_connection = false;
};

struct HttpReply {
  long status = 0;
  std::optional<std::chrono::seconds> retry_after;
  std::string body;
};

// How the connection failed: whether the request can have reached the service.
enum class HttpFault { not_sent, maybe_sent };

struct HttpOptions {
  std::chrono::milliseconds timeout{30'000};  // for all of a request, from name lookup to the last byte
  std::chrono::milliseconds connect_timeout{10'000};
  std::size_t body_limit = 1'048'576;                 // bytes of a reply
  std::string ca_file;                                // PEM; empty: the system's
  std::string client_certificate, client_key;         // PEM files
  const base::Secret* client_key_password = nullptr;  // outlives the client
};

// A failure to get any reply. Texts name the host, never a header.
class HttpError : public std::exception {
 public:
  HttpError(HttpFault fault, bool permanent, std::string message)
      : fault_(fault), permanent_(permanent), message_(std::move(message)) {}
  HttpFault fault() const noexcept { return fault_; }
  bool permanent() const noexcept { return permanent_; }  // a certificate that is not trusted; asking again is vain
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  HttpFault fault_;
  bool permanent_;
  std::string message_;
};

class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Any status is a reply. Throws HttpError.
  virtual HttpReply send(const HttpRequest& request) = 0;
};

// libcurl, opened with dlopen on first use, so that a key without such a service costs nothing. HTTPS alone, TLS 1.2 or
// newer, no redirect, no netrc, proxies from HTTPS_PROXY and NO_PROXY. Error(service_failed, phase approval) when
// libcurl is not installed: it names the package.
std::unique_ptr<HttpClient> make_http_client(const HttpOptions& options);

}  // namespace approval
