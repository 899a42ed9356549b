#include "approval/http.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "base/clock.h"
#include "base/error.h"
#include "http/curl_library.h"
#include "http/http_failure.h"
#include "http/http_headers.h"
#include "http/http_reply.h"
#include "http/http_text.h"

namespace approval {
namespace {

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* reader) noexcept {
  return static_cast<ReplyReader*>(reader)->take_header({bytes, size * count}) ? size * count : 0;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* reader) noexcept {
  return static_cast<ReplyReader*>(reader)->take_body({bytes, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
}

int note_issued(void* issued, char*, char*, int, int) noexcept {
  *static_cast<bool*>(issued) = true;
  return CURL_PREREQFUNC_OK;
}

// A text with its end, as a C function wants it.
base::Secret terminated(const base::Secret* text) {
  base::Secret copy((text != nullptr ? text->size() : 0) + 1);
  if (text != nullptr) std::copy(text->reveal().begin(), text->reveal().end(), copy.writable().begin());
  return copy;
}

// One request on a handle whose connections, and nothing else, outlive it.
class Transfer {
 public:
  Transfer(const CurlLibrary& curl, CURL* handle, const HttpOptions& options, const HttpRequest& request)
      : curl_(curl),
        handle_(handle),
        options_(options),
        origin_(origin_of(request.url)),
        headers_(request, origin_),
        key_password_(terminated(options.client_key_password)),
        reader_(options.body_limit, base::system_clock().wall()) {
    try {
      set_rules();
      set_trust();
      set_request(request);
    } catch (...) {
      curl_.easy_reset(handle_);
      throw;
    }
  }
  ~Transfer() { curl_.easy_reset(handle_); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  HttpReply perform() {
    const CURLcode code = curl_.easy_perform(handle_);
    if (code != CURLE_OK) throw explain(failure(code), origin_, options_);
    reader_.reply().status = information(CURLINFO_RESPONSE_CODE);
    return std::move(reader_.reply());
  }

 private:
  template <typename Value>
  void set(CURLoption option, Value value) {
    static_assert(std::is_same_v<Value, long> || std::is_same_v<Value, curl_off_t> || std::is_pointer_v<Value>,
                  "what a variadic function would misread");
    if (curl_.easy_setopt(handle_, option, value) == CURLE_OK) return;
    throw base::Error(base::ErrorKind::service_failed, base::Phase::approval,
                      origin_ + ": libcurl does not take option " + std::to_string(option));
  }

  // To libcurl zero is no limit.
  void set_limit(CURLoption option, std::chrono::milliseconds limit) {
    set(option, static_cast<long>(std::max(limit, std::chrono::milliseconds(1)).count()));
  }

  void set_rules() {
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));  // a proxy sees none of ours
    set_limit(CURLOPT_TIMEOUT_MS, options_.timeout);
    set_limit(CURLOPT_CONNECTTIMEOUT_MS, options_.connect_timeout);
    // A name lookup that hangs would hold up the end of the request; libcurl before 7.87 does not know the option.
    (void)curl_.easy_setopt(handle_, CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_ERRORBUFFER, error_text_.data());
    set(CURLOPT_PREREQFUNCTION, &note_issued);
    set(CURLOPT_PREREQDATA, &issued_);
    set(CURLOPT_HEADERFUNCTION, &take_header);
    set(CURLOPT_HEADERDATA, &reader_);
    set(CURLOPT_WRITEFUNCTION, &take_body);
    set(CURLOPT_WRITEDATA, &reader_);
  }

  void set_trust() {
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (!options_.ca_file.empty()) {
      set(CURLOPT_CAINFO, options_.ca_file.c_str());
      set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // the system's folder would be trusted as well
    }
    if (options_.client_certificate.empty()) return;
    set(CURLOPT_SSLCERT, options_.client_certificate.c_str());
    if (!options_.client_key.empty()) set(CURLOPT_SSLKEY, options_.client_key.c_str());
    // Also when there is none: OpenSSL would ask at the terminal.
    set(CURLOPT_KEYPASSWD, reinterpret_cast<const char*>(key_password_.reveal().data()));
  }

  void set_request(const HttpRequest& request) {
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_USERAGENT, "notation-pkcs11");
    set(CURLOPT_HTTPHEADER, headers_.list());
    if (request.method != "GET" || !request.body.empty()) {
      if (!request.body.empty() || request.method != "DELETE") {
        set(CURLOPT_POSTFIELDS, request.body.c_str());
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      }
      set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    set(CURLOPT_FRESH_CONNECT, request.fresh_connection ? 1L : 0L);
  }

  long information(CURLINFO what) const {
    long value = 0;
    return curl_.easy_getinfo(handle_, what, &value) == CURLE_OK ? value : 0;
  }

  CurlFailure failure(CURLcode code) const {
    CurlFailure result;
    result.code = code;
    result.text = error_text_.data();
    result.generic_text = curl_.easy_strerror(code);
    result.issued = issued_;
    result.answered = reader_.begun();
    result.verify_result = information(CURLINFO_SSL_VERIFYRESULT);
    result.proxy_verify_result = information(CURLINFO_PROXY_SSL_VERIFYRESULT);
    result.proxy_status = information(CURLINFO_HTTP_CONNECTCODE);
    result.system_error = information(CURLINFO_OS_ERRNO);
    result.excess = reader_.excess();
    return result;
  }

  const CurlLibrary& curl_;
  CURL* handle_;
  const HttpOptions& options_;
  std::string origin_;
  HttpHeaders headers_;
  base::Secret key_password_;
  ReplyReader reader_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  bool issued_ = false;
};

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(HttpOptions options) : options_(std::move(options)) {}
  ~CurlClient() override {
    if (handle_ != nullptr) curl_->easy_cleanup(handle_);
  }
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  HttpReply send(const HttpRequest& request) override {
    if (handle_ == nullptr) {
      curl_ = &curl_library();
      handle_ = curl_->easy_init();
      if (handle_ == nullptr) throw std::bad_alloc();
    }
    return Transfer(*curl_, handle_, options_, request).perform();
  }

 private:
  HttpOptions options_;
  const CurlLibrary* curl_ = nullptr;
  CURL* handle_ = nullptr;
};

}  // namespace

std::unique_ptr<HttpClient> make_http_client(const HttpOptions& options) {
  return std::make_unique<CurlClient>(options);
}

}  // namespace approval
