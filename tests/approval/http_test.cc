#include "approval/http.h"

#include <dlfcn.h>

#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "http/curl_library.h"
#include "http/http_failure.h"
#include "http/http_headers.h"
#include "http/http_reply.h"
#include "http/http_text.h"
#include "throws_error.h"

namespace {

using namespace std::chrono_literals;
using approval::HttpFault;
using approval::parse_retry_after;
using approval::ReplyReader;

// 6 November 1994, 08:49:37 UTC, the moment of the examples in RFC 9110.
const base::WallTime kNow = std::chrono::sys_days(std::chrono::year(1994) / 11 / 6) + 8h + 49min + 37s;

std::string header_lines(const approval::HttpRequest& request) {
  approval::HttpHeaders headers(request, "https://example.com:443");
  std::string text;
  for (const curl_slist* node = headers.list(); node != nullptr; node = node->next)
    text += std::string(node->data) + "\n";
  return text;
}

std::string refusal(const approval::HttpRequest& request) {
  try {
    (void)header_lines(request);
  } catch (const approval::HttpError& error) {
    REQUIRE(error.fault() == HttpFault::not_sent);
    REQUIRE(error.permanent());
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a wait in seconds is taken up to an hour") {
  REQUIRE(parse_retry_after("0", kNow) == 0s);
  REQUIRE(parse_retry_after("7", kNow) == 7s);
  REQUIRE(parse_retry_after(" 120\r\n", kNow) == 120s);
  REQUIRE(parse_retry_after("3600", kNow) == 3600s);
  REQUIRE(parse_retry_after("3601", kNow) == 3600s);
  REQUIRE(parse_retry_after("99999999999999999999999999", kNow) == 3600s);
}

TEST_CASE("a wait until a date is the time that is left, up to an hour") {
  REQUIRE(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", kNow) == 30s);
  REQUIRE(parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", kNow + 400ms) == 30s);
  REQUIRE(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", kNow) == 0s);
  REQUIRE(parse_retry_after("Sat, 05 Nov 1994 08:49:37 GMT", kNow) == 0s);
  REQUIRE(parse_retry_after("Mon, 07 Nov 1994 00:00:00 GMT", kNow) == 3600s);
  REQUIRE(parse_retry_after("Fri, 31 Dec 9999 23:59:60 GMT", kNow) == 3600s);
}

TEST_CASE("a wait in any other form is none") {
  const std::string text =
      GENERATE("", " ", "-1", "+1", "1.5", "1 s", "0x10", "soon", "Sunday, 06-Nov-94 08:49:37 GMT",
               "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nov 1994 24:49:37 GMT",
               "Sun, 00 Nov 1994 08:49:37 GMT", "Wed, 30 Feb 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
               "Sun, 06 Nov 1994 08:4a:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT!");
  INFO(text);
  REQUIRE_FALSE(parse_retry_after(text, kNow).has_value());
}

TEST_CASE("a service is shown by scheme, host and port alone") {
  REQUIRE(approval::origin_of("https://example.com") == "https://example.com:443");
  REQUIRE(approval::origin_of("https://example.com:8443/v1/sign?key=secret#part") == "https://example.com:8443");
  REQUIRE(approval::origin_of("https://user:secret@example.com/v1") == "https://example.com:443");
  REQUIRE(approval::origin_of("https://user:sec/ret@example.com").find("ret") == std::string::npos);
  REQUIRE(approval::origin_of("https://[::1]/v1") == "https://[::1]:443");
  REQUIRE(approval::origin_of("https://[::1]:8443") == "https://[::1]:8443");
  REQUIRE(approval::origin_of("https://exa\x1bmple.com") == "https://exa\\x1bmple.com:443");
  REQUIRE(approval::origin_of("http://example.com/v1") == "http://example.com");
}

TEST_CASE("the body of a reply is taken up to the limit and not a byte further") {
  ReplyReader reader(8, kNow);
  REQUIRE(reader.take_body("12345"));
  REQUIRE(reader.take_body("678"));
  REQUIRE(reader.excess() == ReplyReader::Excess::none);
  REQUIRE_FALSE(reader.take_body("9"));
  REQUIRE(reader.excess() == ReplyReader::Excess::body);
  REQUIRE(reader.reply().body == "12345678");
}

TEST_CASE("a length beyond the limit ends the reply before its body") {
  ReplyReader reader(8, kNow);
  REQUIRE(reader.take_header("Content-Length: 8\r\n"));
  REQUIRE_FALSE(reader.take_header("content-length: 9\r\n"));
  REQUIRE(reader.excess() == ReplyReader::Excess::body);
  ReplyReader other(8, kNow);
  REQUIRE_FALSE(other.take_header("Content-Length: 99999999999999999999999\r\n"));
}

TEST_CASE("a header without end is not taken") {
  ReplyReader reader(8, kNow);
  const std::string line = "X-Filler: " + std::string(1014, 'x');
  for (int count = 0; count < 64; ++count)
    REQUIRE(reader.take_header(line));
  REQUIRE_FALSE(reader.take_header("\r\n"));
  REQUIRE(reader.excess() == ReplyReader::Excess::header);
}

TEST_CASE("the wait that counts is that of the final reply") {
  ReplyReader reader(8, kNow);
  REQUIRE(reader.take_header("HTTP/1.1 103 Early Hints\r\n"));
  REQUIRE(reader.take_header("Retry-After: 5\r\n"));
  REQUIRE(reader.take_header("HTTP/1.1 200 OK\r\n"));
  REQUIRE_FALSE(reader.reply().retry_after.has_value());
  REQUIRE(reader.take_header("rEtRy-aFtEr:9\r\n"));
  REQUIRE(reader.reply().retry_after == 9s);
}

TEST_CASE("header fields keep their order, and nothing is sent unasked") {
  approval::HttpRequest request;
  request.headers = {{"Accept", "application/json"}};
  request.secret_headers.emplace_back("Authorization", base::Secret(base::bytes_of("Bearer abc")));
  REQUIRE(header_lines(request) == "Expect:\nContent-Type:\nAccept: application/json\nAuthorization: Bearer abc\n");
  request.headers = {{"content-type", "application/json"}};
  REQUIRE(header_lines(request) == "Expect:\ncontent-type: application/json\nAuthorization: Bearer abc\n");
}

TEST_CASE("a header field that would not stay on its line is refused without showing its value") {
  approval::HttpRequest request;
  request.secret_headers.emplace_back("X-API-KEY", base::Secret(base::bytes_of("abc\r\nX-Other: def")));
  REQUIRE(refusal(request) ==
          "https://example.com:443: the value for the header field X-API-KEY holds a control character");
  request.secret_headers.clear();
  request.secret_headers.emplace_back("X-API-KEY", base::Secret());
  REQUIRE(refusal(request) == "https://example.com:443: the value for the header field X-API-KEY is empty");
  request.secret_headers.clear();
  request.headers = {{"Accept: */*\r\nX", "y"}};
  REQUIRE(refusal(request) == "https://example.com:443: \"Accept: */*\\x0d\\x0aX\" is not the name of a header field");
}

TEST_CASE("a failure before the request went out says so") {
  approval::CurlFailure failure;
  failure.code = GENERATE(CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR,
                          CURLE_OPERATION_TIMEDOUT, CURLE_OUT_OF_MEMORY);
  REQUIRE(approval::explain(failure, "https://example.com:443", {}).fault() == HttpFault::not_sent);
  failure.issued = true;
  REQUIRE(approval::explain(failure, "https://example.com:443", {}).fault() == HttpFault::maybe_sent);
}

TEST_CASE("a TLS handshake that fails says why, in the words of several versions of OpenSSL") {
  struct Case {
    const char* text;
    bool permanent;
    const char* cause;
  };
  const auto [text, permanent, cause] = GENERATE(values<Case>({
      {"error:0A000102:SSL routines::unsupported protocol", true, "it does not offer TLS 1.2 or newer"},
      {"error:0A00042E:SSL routines::tlsv1 alert protocol version", true, "it does not offer TLS 1.2 or newer"},
      {"error:0A00010B:SSL routines::wrong version number", true, "it does not speak TLS"},
      {"error:0A000410:SSL routines::sslv3 alert handshake failure", true,
       "it refused the TLS handshake; it may demand a client certificate"},
      {"error:0A000410:SSL routines::ssl/tls alert handshake failure", true,
       "it refused the TLS handshake; it may demand a client certificate"},
      {"error:0A000412:SSL routines::ssl/tls alert bad certificate", true, "it demands a client certificate"},
      {"error:0A00045C:SSL routines::tlsv13 alert certificate required", true, "it demands a client certificate"},
      {"error:0A000126:SSL routines::unexpected eof while reading", false,
       "the connection ended during the TLS handshake"},
      {"SSL_connect: Connection reset by peer", false, "the connection ended during the TLS handshake"},
      {"error:0A000438:SSL routines::tlsv1 alert internal error", false, "the TLS handshake failed"},
  }));
  approval::CurlFailure failure;
  failure.code = CURLE_SSL_CONNECT_ERROR;
  failure.text = text;
  const approval::HttpError error = approval::explain(failure, "https://example.com:443", {});
  REQUIRE(std::string(error.what()) == std::string("https://example.com:443: ") + cause);
  REQUIRE(error.permanent() == permanent);
  REQUIRE(error.fault() == HttpFault::not_sent);
}

TEST_CASE("a service that ends TLS 1.3 over the client's certificate has not looked at the request") {
  approval::CurlFailure failure;
  failure.code = CURLE_RECV_ERROR;
  failure.issued = true;
  failure.text = "OpenSSL SSL_read: error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0";
  REQUIRE(approval::explain(failure, "https://example.com:443", {}).fault() == HttpFault::not_sent);
  failure.answered = true;
  REQUIRE(approval::explain(failure, "https://example.com:443", {}).fault() == HttpFault::maybe_sent);
  failure.answered = false;
  failure.text = "OpenSSL SSL_read: Connection reset by peer, errno 104";
  REQUIRE(approval::explain(failure, "https://example.com:443", {}).fault() == HttpFault::maybe_sent);
}

TEST_CASE("libcurl's own text is never shown: it may hold the password of a proxy") {
  approval::CurlFailure failure;
  failure.code = static_cast<CURLcode>(GENERATE(range(1, 100)));
  failure.text = "Failed to connect to hunter2";
  failure.generic_text = "generic";
  failure.issued = GENERATE(false, true);
  const std::string text = approval::explain(failure, "https://example.com:443", {}).what();
  REQUIRE(text.starts_with("https://example.com:443: "));
  REQUIRE(text.find("hunter2") == std::string::npos);
}

TEST_CASE("a missing libcurl names its packages") {
  const base::Error error = error_of([] { (void)approval::load_curl("libcurl-missing.so.4"); });
  REQUIRE(error.kind() == base::ErrorKind::service_failed);
  REQUIRE(error.phase() == base::Phase::approval);
  REQUIRE(
      error.message() ==
      "cannot load libcurl-missing.so.4, which approvals over HTTPS need: it is not installed (package libcurl4, or "
      "libcurl4t64)");
  REQUIRE(error.hint().find("libcurl4t64 (Debian 13)") != std::string::npos);
}

TEST_CASE("a library that is no libcurl says what it lacks") {
  const base::Error error = error_of([] { (void)approval::load_curl("libc.so.6"); });
  REQUIRE(error.kind() == base::ErrorKind::service_failed);
  REQUIRE(error.message() ==
          "cannot load libc.so.6, which approvals over HTTPS need: it has no function curl_global_init_mem");
}

TEST_CASE("libcurl is not loaded before the first request") {
  const auto client = approval::make_http_client({});
  REQUIRE(dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD) == nullptr);
  approval::HttpRequest request;
  request.url = "http://example.com";
  REQUIRE_THROWS_AS(client->send(request), approval::HttpError);
  void* library = dlopen("libcurl.so.4", RTLD_LAZY | RTLD_NOLOAD);
  REQUIRE(library != nullptr);
  dlclose(library);
}
