#include "securosys_tsb/securosys_tsb_client.h"

#include <algorithm>

#include "http/http_text.h"
#include "platform/file_checks.h"
#include "secret_source.h"

namespace approval {
namespace {

using base::Secret;

constexpr int kMissingToken = 406, kInvalidToken = 617, kInvalidApiKey = 631;
constexpr long kUnauthorised = 401;
constexpr std::string_view kToken = "the token", kApiKey = "the API key";

Secret bearer(const Secret& token) {
  constexpr std::string_view kScheme = "Bearer ";
  Secret value(kScheme.size() + token.size());
  std::ranges::copy(kScheme, value.writable().begin());
  std::ranges::copy(token.reveal(), value.writable().begin() + kScheme.size());
  return value;
}

HttpRequest request_of(TsbCall& call, const std::string& url) {
  HttpRequest request;
  request.method = call.method;
  request.url = url;
  while (request.url.ends_with('/'))
    request.url.pop_back();
  request.url += call.path;
  request.headers.emplace_back("Accept", "application/json");
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body.swap(call.body);
  request.fresh_connection = call.once;
  return request;
}

std::string absolute(const std::string& path, const BackendContext& context, std::string_view what) {
  return path.empty() ? path : platform::absolute_path(path, context.folder, what);
}

bool refuses_token(const TsbReply& reply) {
  if (reply.fault.code) return reply.has_code(kMissingToken) || reply.has_code(kInvalidToken);
  return reply.status == kUnauthorised;
}

}  // namespace

std::string path_segment(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string segment;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (plain) {
      segment += c;
    } else {
      segment += '%';
      segment += kDigits[byte >> 4];
      segment += kDigits[byte & 15];
    }
  }
  return segment;
}

void wipe(std::string& text) noexcept {
  base::wipe(std::span<char>(text.data(), text.size()));
  text.clear();
}

TsbClient::TsbClient(const schema::TsbConnection& connection, const BackendContext& context,
                     std::unique_ptr<HttpClient> http)
    : connection_(connection), context_(context), place_(origin_of(connection.url)), http_(std::move(http)) {
  if (connection_.token) take_secret(*connection_.token, kToken, context_);
  for (const TsbRole role : {TsbRole::key_management, TsbRole::key_operation, TsbRole::approver}) {
    for (const schema::SecretSource& source : sources(role))
      take_secret(source, kApiKey, context_);
  }
}

TsbClient::TsbClient(const schema::TsbConnection& connection, const BackendContext& context, std::size_t body_limit)
    : TsbClient(connection, context, nullptr) {
  HttpOptions options;
  options.timeout = connection.timeout;
  options.connect_timeout = std::min(options.connect_timeout, options.timeout);
  options.body_limit = body_limit;
  options.ca_file = absolute(connection.ca_file, context, "ca_file");
  options.client_certificate = absolute(connection.client_certificate, context, "client_certificate");
  options.client_key = absolute(connection.client_key, context, "client_key");
  if (!options.client_key.empty()) platform::check_private_file(options.client_key, "client key file");
  if (connection.client_key_password) {
    client_key_password_ = read_secret(*connection.client_key_password, "the client key's password", context);
    options.client_key_password = &*client_key_password_;
  }
  http_ = make_http_client(options);
}

const std::vector<schema::SecretSource>& TsbClient::sources(TsbRole role) const {
  switch (role) {
    case TsbRole::key_management:
      return connection_.key_management_api_keys;
    case TsbRole::key_operation:
      return connection_.key_operation_api_keys;
    case TsbRole::approver:
      break;
  }
  return connection_.approver_api_keys;
}

TsbClient::KeyRing& TsbClient::ring(TsbRole role) {
  KeyRing& ring = rings_[role];
  if (!ring.keys.empty()) return ring;
  for (const schema::SecretSource& source : sources(role)) {
    for (Secret& key : read_tokens(source, kApiKey, context_))
      ring.keys.push_back(std::move(key));
  }
  return ring;
}

// After the last one the keys are read anew: they may have been replaced where they stand.
bool TsbClient::roll_over(TsbRole role) {
  KeyRing& keys = rings_[role];
  if (++keys.current < keys.keys.size()) return true;
  keys = KeyRing{};
  return false;
}

void TsbClient::add_secrets(HttpRequest& request, TsbRole role) {
  request.secret_headers.clear();
  if (connection_.token) {
    request.secret_headers.emplace_back("Authorization", bearer(read_token(*connection_.token, kToken, context_)));
  }
  const KeyRing& keys = ring(role);
  if (!keys.keys.empty()) request.secret_headers.emplace_back("X-API-KEY", keys.keys[keys.current].copy());
}

TsbReply TsbClient::send_once(HttpRequest& request, TsbRole role) {
  add_secrets(request, role);
  HttpReply http = http_->send(request);
  TsbReply reply;
  reply.status = http.status;
  reply.retry_after = http.retry_after;
  reply.body = std::move(http.body);
  if (!reply.good()) reply.fault = schema::decode_tsb_fault(reply.body);
  return reply;
}

TsbReply TsbClient::send(TsbCall call) {
  const TsbRole role = call.role;
  const bool token_may_change = connection_.token && connection_.token->starts_with("file:") && !call.once;
  HttpRequest request = request_of(call, connection_.url);
  const TextWiper wiper(request.body);  // it may hold the password of a key
  for (bool again = false;;) {
    TsbReply reply = send_once(request, role);
    if (reply.has_code(kInvalidApiKey)) {
      if (roll_over(role)) continue;
    } else if (refuses_token(reply) && token_may_change && !again) {
      again = true;
      continue;
    }
    return reply;
  }
}

}  // namespace approval
