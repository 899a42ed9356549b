#pragma once

#include <curl/curl.h>

#include <string>

#include "approval/http.h"
#include "http/http_reply.h"

namespace approval {

// What libcurl tells about a request without a reply.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  std::string text;          // of CURLOPT_ERRORBUFFER; never shown: it may hold a proxy's password
  std::string generic_text;  // of curl_easy_strerror
  bool issued = false;       // the request was begun on a connection that stood
  bool answered = false;     // at least a part of a reply came back
  long verify_result = 0;    // X509_V_ERR_... of OpenSSL
  long proxy_verify_result = 0;
  long proxy_status = 0;  // the proxy's answer to CONNECT
  long system_error = 0;  // errno of a connection that failed
  ReplyReader::Excess excess = ReplyReader::Excess::none;
};

// The same as an exception in plain words: `ORIGIN: cause`.
HttpError explain(const CurlFailure& failure, const std::string& origin, const HttpOptions& options);

}  // namespace approval
