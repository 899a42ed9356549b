#include <array>
#include <ctime>

#include "platform/held_signals.h"

namespace platform {
namespace {

constexpr std::array<int, 4> kDeadly{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

}  // namespace

HeldSignals::HeldSignals(Stops stops) {
  sigemptyset(&deadly_);
  for (const int signal : kDeadly) {
    struct sigaction action{};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) continue;
    sigaddset(&deadly_, signal);
  }
  sigset_t held = deadly_;
  if (stops == Stops::wait) {
    for (const int signal : {SIGTSTP, SIGTTIN, SIGTTOU})
      sigaddset(&held, signal);
  }
  pthread_sigmask(SIG_BLOCK, &held, &before_);
}

HeldSignals::~HeldSignals() {
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool HeldSignals::one_is_deadly() const {
  sigset_t pending;
  if (sigpending(&pending) != 0) return false;
  for (const int signal : kDeadly) {
    if (sigismember(&pending, signal) == 1 && sigismember(&deadly_, signal) == 1) return true;
  }
  return false;
}

bool HeldSignals::take() {
  constexpr timespec kAtOnce{};
  bool any = false;
  while (sigtimedwait(&deadly_, nullptr, &kAtOnce) > 0)
    any = true;
  return any;
}

}  // namespace platform
