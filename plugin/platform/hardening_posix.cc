#include "platform/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

namespace platform {
namespace {

#if defined(__SANITIZE_ADDRESS__)
#define PLATFORM_TRACED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PLATFORM_TRACED 1
#endif
#endif

void forbid_tracing() noexcept {
#ifndef PLATFORM_TRACED  // the leak check at the end of a sanitizer build traces its own process
  (void)::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

}  // namespace

void harden_process() noexcept {
  const rlimit none{0, 0};
  (void)::setrlimit(RLIMIT_CORE, &none);
  forbid_tracing();
  (void)::umask(077);
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);  // a write beyond RLIMIT_FSIZE fails, and the run says so
}

}  // namespace platform
