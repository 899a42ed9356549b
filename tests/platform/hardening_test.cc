#include "platform/hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "catch.h"
#include "child.h"

TEST_CASE("a hardened process writes no core, makes private files and survives a closed pipe") {
  const Outcome outcome = in_child([]() -> std::string {
    platform::harden_process();
    rlimit core{};
    (void)::getrlimit(RLIMIT_CORE, &core);
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return "no pipe";
    (void)::close(ends[0]);
    const bool survived = ::write(ends[1], "x", 1) == -1;
    return std::to_string(core.rlim_cur + core.rlim_max) + " " + std::to_string(::umask(0)) +
           (survived ? " alive" : " odd");
  });
  CHECK(outcome.said == "0 63 alive");
  CHECK(outcome.end == "exit 0");
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a hardened process cannot be traced by another process of its user") {
  const Outcome outcome = in_child([] {
    platform::harden_process();
    return std::to_string(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
  });
  CHECK(outcome.said == "0");
}
#endif
