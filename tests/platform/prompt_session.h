#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "platform/descriptor.h"

// A process on a pseudo-terminal of its own, as a person would meet it. A session leader stays alive around it, so that
// the terminal's settings can be looked at after the process has ended.
class PromptSession {
 public:
  // Runs the action in a process of the terminal's foreground group; see in_child for what it says.
  explicit PromptSession(const std::function<std::string()>& action);
  ~PromptSession();
  PromptSession(const PromptSession&) = delete;
  PromptSession& operator=(const PromptSession&) = delete;

  // Reads what the terminal shows until the text appears; false when the terminal stays silent for 20 seconds.
  bool wait_for(std::string_view text);
  void type(std::string_view keys);
  void signal(int number);

  // What the process said, once it (and whoever it started) has ended.
  std::string said();
  // How the process ended.
  std::string end();
  // Everything the terminal has shown.
  std::string shown();

  bool echoes() const;
  bool makes_signals() const;  // Ctrl-C is a signal again
  bool reads_lines() const;

 private:
  bool read_shown(int patience);

  platform::Descriptor master_;
  platform::Descriptor said_;
  platform::Descriptor control_;  // the leader's side: number of the process, then its end
  pid_t leader_ = -1;
  pid_t process_ = -1;
  std::string shown_;
};
