#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "approval/http.h"
#include "approval/registry.h"
#include "base/secret.h"
#include "schema/approval_settings.h"
#include "schema/tsb.h"

namespace approval {

// The roles of API keys that we need; each opens its own paths.
enum class TsbRole { key_management, key_operation, approver };

struct TsbCall {
  std::string method = "GET";
  std::string path;  // "/v1/…"
  std::string body;  // JSON; may hold a password, so it is wiped after use
  TsbRole role = TsbRole::key_operation;
  bool once = false;  // done twice it would be two requests: never sent again unless the service refused it
};

struct TsbReply {
  long status = 0;
  std::optional<std::chrono::seconds> retry_after;
  std::string body;
  schema::TsbFault fault;  // of a reply that is no success

  bool good() const { return status >= 200 && status < 300; }
  bool has_code(int code) const { return !good() && fault.code == code; }
};

// A text as one segment of a path (RFC 3986 section 3.3).
std::string path_segment(std::string_view text);

// Overwrites a text that may hold a secret.
void wipe(std::string& text) noexcept;

// Does so when its scope ends; the text outlives it.
class TextWiper {
 public:
  explicit TextWiper(std::string& text) : text_(text) {}
  ~TextWiper() { wipe(text_); }
  TextWiper(const TextWiper&) = delete;
  TextWiper& operator=(const TextWiper&) = delete;

 private:
  std::string& text_;
};

// Sends requests with what the settings say for authentication. A token from a file is read again before each request.
// An API key that the service calls invalid (error 631) makes way for the next of its role, which stays in use.
class TsbClient {
 public:
  // The context's members outlive the client. Error(invalid_settings) for a secret that names no place.
  TsbClient(const schema::TsbConnection& connection, const BackendContext& context, std::unique_ptr<HttpClient> http);
  // With make_http_client: also what it throws.
  TsbClient(const schema::TsbConnection& connection, const BackendContext& context, std::size_t body_limit);

  // https://HOST:PORT, for people.
  const std::string& place() const { return place_; }
  bool has_api_keys(TsbRole role) const { return !sources(role).empty(); }

  // Any status is a reply. Throws HttpError, and Error(invalid_settings) for a secret that cannot be read.
  TsbReply send(TsbCall call);

 private:
  struct KeyRing {
    std::vector<base::Secret> keys;
    std::size_t current = 0;
  };

  const std::vector<schema::SecretSource>& sources(TsbRole role) const;
  KeyRing& ring(TsbRole role);
  bool roll_over(TsbRole role);
  void add_secrets(HttpRequest& request, TsbRole role);
  TsbReply send_once(HttpRequest& request, TsbRole role);

  schema::TsbConnection connection_;
  BackendContext context_;
  std::string place_;
  std::map<TsbRole, KeyRing> rings_;
  std::optional<base::Secret> client_key_password_;  // outlives http_
  std::unique_ptr<HttpClient> http_;
};

}  // namespace approval
