#include "http/curl_library.h"

#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <span>

#include "base/bytes.h"
#include "base/error.h"
#include "base/secret.h"

namespace approval {
namespace {

constexpr char kFile[] = "libcurl.so.4";
constexpr char kHint[] =
    "install the package libcurl4 (Debian 12) or libcurl4t64 (Debian 13); only keys whose approval needs a service "
    "over "
    "HTTPS use it";
constexpr unsigned kOldest = 0x075500;  // 7.85: CURLOPT_PROTOCOLS_STR

base::Error unusable(const std::string& file, const std::string& cause) {
  return {base::ErrorKind::service_failed, base::Phase::approval,
          "cannot load " + base::printable(file) + ", which approvals over HTTPS need: " + cause, kHint};
}

void free_wiped(void* memory) {
  if (memory == nullptr) return;
  base::wipe(std::span(static_cast<char*>(memory), malloc_usable_size(memory)));
  std::free(memory);
}

void* move_wiped(void* memory, std::size_t size) {
  void* larger = std::malloc(size);
  if (larger == nullptr || memory == nullptr) return larger;
  std::memcpy(larger, memory, std::min(size, malloc_usable_size(memory)));
  free_wiped(memory);
  return larger;
}

void* open_library(const std::string& file) {
  dlerror();
  if (void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
  const char* text = dlerror();
  const std::string reason = text != nullptr ? text : "the dynamic loader gives no reason";
  const bool missing = reason.starts_with(file + ":") && reason.ends_with(std::strerror(ENOENT));
  throw unusable(file, missing ? "it is not installed (package libcurl4, or libcurl4t64)" : base::printable(reason));
}

template <typename Function>
void find(void* library, const std::string& file, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) throw unusable(file, std::string("it has no function ") + name);
}

}  // namespace

CurlLibrary load_curl(const std::string& file) {
  void* library = open_library(file);
  CurlLibrary curl;
  find(library, file, "curl_global_init_mem", curl.global_init_mem);
  find(library, file, "curl_version_info", curl.version_info);
  find(library, file, "curl_easy_init", curl.easy_init);
  find(library, file, "curl_easy_reset", curl.easy_reset);
  find(library, file, "curl_easy_cleanup", curl.easy_cleanup);
  find(library, file, "curl_easy_setopt", curl.easy_setopt);
  find(library, file, "curl_easy_getinfo", curl.easy_getinfo);
  find(library, file, "curl_easy_perform", curl.easy_perform);
  find(library, file, "curl_easy_strerror", curl.easy_strerror);
  const curl_version_info_data* version = curl.version_info(CURLVERSION_NOW);
  if (version->version_num < kOldest)
    throw unusable(file, "version " + base::printable(version->version) + " is too old, 7.85 is needed");
  if (curl.global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, free_wiped, move_wiped, ::strdup, std::calloc) != CURLE_OK)
    throw unusable(file, "it does not initialise");
  return curl;
}

const CurlLibrary& curl_library() {
  static const CurlLibrary library = load_curl(kFile);
  return library;
}

}  // namespace approval
