#include "status_cleanup.h"

#include <unistd.h>

#include <array>
#include <csignal>

namespace platform {
namespace {

constexpr std::array<int, 4> kDeadly{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

volatile std::sig_atomic_t status_terminal = -1;

using Handler = void (*)(int);

// The default stands again as soon as this runs, and ends the process when it returns.
extern "C" void clear_and_end(int signal) {
  constexpr char kErase[] = "\r\033[K";
  [[maybe_unused]] const auto written = ::write(status_terminal, kErase, sizeof kErase - 1);
  raise(signal);
}

void exchange(Handler expected, Handler wanted) {
  for (const int signal : kDeadly) {
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler != expected) continue;
    action = {};
    action.sa_handler = wanted;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

void clear_status_when_killed(int terminal) noexcept {
  status_terminal = terminal;
  exchange(SIG_DFL, clear_and_end);
}

void leave_status_when_killed() noexcept {
  exchange(clear_and_end, SIG_DFL);
}

}  // namespace platform
