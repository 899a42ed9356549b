#pragma once

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "approval/http.h"
#include "base/bytes.h"

// What went over a scripted connection, secrets included.
struct SentRequest {
  std::string method, url, body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool fresh_connection = false;

  std::string header(const std::string& name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

// Replies in their order; a request beyond the last one is a fault of the test.
struct HttpScript {
  std::deque<std::variant<approval::HttpReply, approval::HttpError>> replies;
  std::vector<SentRequest> sent;

  HttpScript& reply(long status, std::string body = {}) {
    approval::HttpReply reply;
    reply.status = status;
    reply.body = std::move(body);
    replies.emplace_back(std::move(reply));
    return *this;
  }
  HttpScript& fail(approval::HttpFault fault, bool permanent = false) {
    replies.emplace_back(approval::HttpError(fault, permanent, "https://tsb.example.com:443: the connection broke"));
    return *this;
  }
  HttpScript& error(long status, int code, const std::string& reason) {
    return reply(status, "{\"errorCode\":" + std::to_string(code) + ",\"reason\":\"res.error." + reason +
                             "\",\"message\":\"m3ssage-marker\"}");
  }
};

class ScriptedHttp final : public approval::HttpClient {
 public:
  explicit ScriptedHttp(std::shared_ptr<HttpScript> script) : script_(std::move(script)) {}

  approval::HttpReply send(const approval::HttpRequest& request) override {
    SentRequest sent{request.method, request.url, request.body, request.headers, request.fresh_connection};
    for (const auto& [name, value] : request.secret_headers)
      sent.headers.emplace_back(name, base::text_of(value.reveal()));
    script_->sent.push_back(std::move(sent));
    if (script_->replies.empty()) throw std::logic_error("a request that the script does not expect: " + request.url);
    const auto next = std::move(script_->replies.front());
    script_->replies.pop_front();
    if (const auto* error = std::get_if<approval::HttpError>(&next)) throw *error;
    return std::get<approval::HttpReply>(next);
  }

 private:
  std::shared_ptr<HttpScript> script_;
};
