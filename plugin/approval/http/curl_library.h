#pragma once

#include <curl/curl.h>

#include <string>

#if LIBCURL_VERSION_NUM < 0x075500
#error "the headers of libcurl 7.85 or newer are needed"
#endif

namespace approval {

// The functions of libcurl that are used here, found with dlopen and dlsym: nothing is linked to it.
struct CurlLibrary {
  decltype(&::curl_global_init_mem) global_init_mem = nullptr;
  decltype(&::curl_version_info) version_info = nullptr;
  decltype(&::curl_easy_init) easy_init = nullptr;
  decltype(&::curl_easy_reset) easy_reset = nullptr;
  decltype(&::curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&::curl_easy_setopt) easy_setopt = nullptr;
  decltype(&::curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&::curl_easy_perform) easy_perform = nullptr;
  decltype(&::curl_easy_strerror) easy_strerror = nullptr;
};

// Opens and initialises it; it stays loaded. Memory that libcurl gives back is wiped: it keeps copies of passwords and
// headers. Error(service_failed, phase approval) when the file is missing, is too old or is no libcurl.
CurlLibrary load_curl(const std::string& file);

// The system's libcurl.so.4, opened at the first call. Errors as above; the next call tries again.
const CurlLibrary& curl_library();

}  // namespace approval
