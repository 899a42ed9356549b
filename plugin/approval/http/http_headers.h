#pragma once

#include <curl/curl.h>

#include <deque>
#include <string>

#include "approval/http.h"
#include "base/secret.h"

namespace approval {

// The header lines of a request as libcurl takes them. Its own list would copy the secret ones into memory that nobody
// wipes, so the nodes are made here.
class HttpHeaders {
 public:
  // HttpError(not_sent, permanent) for a name or a value that would not stay on its line.
  HttpHeaders(const HttpRequest& request, const std::string& origin);
  HttpHeaders(const HttpHeaders&) = delete;
  HttpHeaders& operator=(const HttpHeaders&) = delete;

  curl_slist* list() { return &nodes_.front(); }

 private:
  void add(const std::string& name, base::ByteView value, const std::string& origin);
  void link(base::Secret line);

  std::deque<base::Secret> lines_;
  std::deque<curl_slist> nodes_;
};

}  // namespace approval
