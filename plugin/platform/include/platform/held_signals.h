#pragma once

#include <csignal>

namespace platform {

// Keeps the signals that would end this process (SIGHUP, SIGINT, SIGQUIT, SIGTERM) waiting while it lives; what came
// meanwhile acts at its end, unless it was taken. What the process ignores anyway stays ignored: blocked, it would
// count as pending.
class HeldSignals {
 public:
  enum class Stops { act, wait };  // Ctrl-Z and what stops a process in the background

  explicit HeldSignals(Stops stops = Stops::act);
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  // Whether one came that would end the process.
  bool one_is_deadly() const;

  // The same, and it will not.
  bool take();

 private:
  sigset_t deadly_;
  sigset_t before_;
};

}  // namespace platform
