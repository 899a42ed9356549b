#include "http/http_failure.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace approval {
namespace {

struct Cause {
  std::string text;
  bool permanent = false;
  bool refused_by_handshake = false;  // sent or not, the service has not looked at the request
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string seconds_text(std::chrono::milliseconds duration) {
  const auto tenths = duration.count() / 100;
  return std::to_string(tenths / 10) + (tenths % 10 != 0 ? "." + std::to_string(tenths % 10) : "") + " s";
}

std::string system_text(long number) {
  std::string text = std::strerror(static_cast<int>(number));
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z') text[0] = static_cast<char>(text[0] | 0x20);
  return text;
}

// Why a certificate is not trusted, by the number that OpenSSL's x509_vfy.h gives it.
std::string verify_text(long result, const std::string& ca) {
  switch (result) {
    case 9:
      return "is not valid yet";
    case 10:
      return "has expired";
    case 2:   // no issuer
    case 18:  // self-signed leaf
    case 19:  // self-signed root that is not trusted
    case 20:  // no issuer among the trusted ones
    case 21:
      return "is not from a CA that is trusted here (" + ca + ")";
    case 23:
      return "is revoked";
    default:
      return "is not accepted (verify result " + std::to_string(result) + " of OpenSSL)";
  }
}

Cause untrusted(const CurlFailure& failure, const HttpOptions& options) {
  const bool proxy = failure.proxy_verify_result != 0;
  const std::string whose = proxy ? "the certificate of the proxy " : "its certificate ";
  if (has(failure.text, "subject name") || has(failure.text, "common name"))
    return {whose + "is for another host", true};
  const bool system_trust = proxy || options.ca_file.empty();
  const std::string ca = system_trust ? "the system's CAs" : base::printable(options.ca_file);
  return {whose + verify_text(proxy ? failure.proxy_verify_result : failure.verify_result, ca), true};
}

// OpenSSL tells no more when a key does not fit.
Cause unusable_client_certificate(const CurlFailure& failure, const HttpOptions& options) {
  const std::string certificate = base::printable(options.client_certificate);
  if (!has(failure.text, "private key"))
    return {"cannot use client certificate " + certificate + ": not a readable PEM certificate", true};
  const std::string& key = options.client_key.empty() ? options.client_certificate : options.client_key;
  const bool password = options.client_key_password != nullptr && !options.client_key_password->empty();
  return {"cannot use client key " + base::printable(key) + ": not a readable PEM key, not the key of " + certificate +
              ", or " + (password ? "the password is wrong" : "it needs a password"),
          true};
}

// The alerts of RFC 8446 section 6.2 about a client's certificate. In TLS 1.3 they come after the client has begun to
// send; the service has ended the handshake then and looked at nothing.
bool is_about_client_certificate(const std::string& text) {
  static constexpr std::array kAlerts = {"certificate required", "bad certificate",     "unsupported certificate",
                                         "certificate revoked",  "certificate expired", "certificate unknown",
                                         "unknown ca",           "access denied"};
  const auto found = text.find(" alert ");
  return found != std::string::npos && std::any_of(kAlerts.begin(), kAlerts.end(), [&](const char* alert) {
           return text.find(alert, found) != std::string::npos;
         });
}

Cause refused_client(const HttpOptions& options) {
  if (options.client_certificate.empty()) return {"it demands a client certificate", true, true};
  return {"it does not accept client certificate " + base::printable(options.client_certificate), true, true};
}

Cause failed_handshake(const CurlFailure& failure, const HttpOptions& options) {
  if (is_about_client_certificate(failure.text)) return refused_client(options);
  if (has(failure.text, "alert handshake failure")) {
    return {std::string("it refused the TLS handshake") +
                (options.client_certificate.empty() ? "; it may demand a client certificate" : ""),
            true};
  }
  if (has(failure.text, "unsupported protocol") || has(failure.text, "alert protocol version"))
    return {"it does not offer TLS 1.2 or newer", true};
  if (has(failure.text, "wrong version number") || has(failure.text, "packet length too long") ||
      has(failure.text, "http request"))
    return {"it does not speak TLS", true};
  const bool ended = !has(failure.text, "error:") || has(failure.text, "unexpected eof");
  return {ended ? "the connection ended during the TLS handshake" : "the TLS handshake failed"};
}

// libcurl names whom it tried, which may be a proxy.
Cause unreachable(const CurlFailure& failure, const std::string& origin) {
  static constexpr std::string_view kStart = "Failed to connect to ", kPort = " port ";
  std::string text = "no connection";
  const auto port = failure.text.find(kPort);
  if (failure.text.starts_with(kStart) && port != std::string::npos) {
    const std::string host = failure.text.substr(kStart.size(), port - kStart.size());
    const std::string number = failure.text.substr(port + kPort.size());
    const std::string place = host + ":" + number.substr(0, number.find_first_not_of("0123456789"));
    if (!origin.ends_with("/" + place)) text += " to the proxy " + base::printable(place);
  }
  if (failure.system_error != 0) text += ": " + system_text(failure.system_error);
  return {text};
}

Cause before_request(const CurlFailure& failure, const std::string& origin, const HttpOptions& options) {
  if (failure.proxy_status != 0 && failure.proxy_status / 100 != 2)
    return {"the proxy answered " + std::to_string(failure.proxy_status) + " to CONNECT"};
  switch (failure.code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {"the host name cannot be resolved"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {"the host name of the proxy cannot be resolved"};
    case CURLE_COULDNT_CONNECT:
      return unreachable(failure, origin);
    case CURLE_URL_MALFORMAT:
      return {"it is not a URL", true};
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {"it is not an https URL", true};
    case CURLE_PEER_FAILED_VERIFICATION:
      return untrusted(failure, options);
    case CURLE_SSL_CACERT_BADFILE:
      return {"cannot use CA file " + base::printable(options.ca_file), true};
    case CURLE_SSL_CERTPROBLEM:
      return unusable_client_certificate(failure, options);
    case CURLE_SSL_CLIENTCERT:
      return refused_client(options);
    case CURLE_SSL_CONNECT_ERROR:
      return failed_handshake(failure, options);
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {"the connection ended before the request was sent"};
    default:
      return {base::printable(failure.generic_text)};
  }
}

Cause after_request(const CurlFailure& failure, const HttpOptions& options) {
  const bool refused = failure.code == CURLE_SSL_CLIENTCERT || is_about_client_certificate(failure.text);
  if (refused && !failure.answered) return refused_client(options);
  switch (failure.code) {
    case CURLE_GOT_NOTHING:
      return {"it closed the connection without an answer"};
    case CURLE_PARTIAL_FILE:
      return {"it closed the connection in the middle of the answer"};
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SSL_CONNECT_ERROR:
      return {"the connection broke before the answer was complete"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return {"it answered with something that is not HTTP"};
    default:
      return {base::printable(failure.generic_text)};
  }
}

Cause cause_of(const CurlFailure& failure, const std::string& origin, const HttpOptions& options) {
  if (failure.excess == ReplyReader::Excess::body)
    return {"the answer is longer than " + std::to_string(options.body_limit) + " bytes"};
  if (failure.excess == ReplyReader::Excess::header)
    return {"the header of the answer is longer than " + std::to_string(ReplyReader::kHeaderLimit) + " bytes"};
  if (failure.code == CURLE_OPERATION_TIMEDOUT) {
    const auto limit = failure.issued ? options.timeout : std::min(options.timeout, options.connect_timeout);
    return {"timed out after " + seconds_text(limit) + (failure.issued ? "" : " while connecting")};
  }
  return failure.issued ? after_request(failure, options) : before_request(failure, origin, options);
}

}  // namespace

HttpError explain(const CurlFailure& failure, const std::string& origin, const HttpOptions& options) {
  const Cause cause = cause_of(failure, origin, options);
  const bool not_sent = !failure.issued || cause.refused_by_handshake;
  return {not_sent ? HttpFault::not_sent : HttpFault::maybe_sent, cause.permanent, origin + ": " + cause.text};
}

}  // namespace approval
