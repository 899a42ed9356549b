#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "platform/descriptor.h"

namespace platform {

// A person at a terminal, if there is one. Tests hand in one of their own.
class Terminal {
 public:
  virtual ~Terminal() = default;

  // Whether a person can be asked or told something now.
  virtual bool is_there() = 0;

  // Shows one line; control characters are escaped. Does nothing without a terminal.
  virtual void show_line(std::string_view line) = 0;

  // Likewise, for what must not get lost: who has another place for it than the terminal uses that.
  virtual void show_warning(std::string_view line) { show_line(line); }

  // Shows one line in place of the last status, cut to the terminal's width; control characters are escaped. Whatever
  // else is shown clears it. Does nothing without a terminal.
  virtual void show_status(std::string_view line) = 0;

  // Removes the status line; the cursor is where it was before.
  virtual void clear_status() = 0;

  // Error(pin_unavailable) when there is nobody to ask: that of ask_secret.
  virtual void require_person() = 0;

  // Shows the prompt and reads one line without echo; may be empty. Control characters in the prompt are escaped.
  // Error(pin_unavailable) without a terminal or when what was typed is not usable; Error(cancelled) on Ctrl-C, Ctrl-D
  // or the end of input; Error(host_gone) when the process that started this one ends meanwhile.
  virtual base::Secret ask_secret(std::string_view prompt) = 0;
};

// The terminal that controls this process (/dev/tty), whatever standard input and output are. A process outside the
// terminal's foreground group has none: asking there would stop it.
//
// The status is drawn with "\r" and "\033[K" alone, never in colour. Where TERM is unset or "dumb" it is a line like
// any other, shown when it has changed and 30 seconds after the last one at the earliest.
class ControllingTerminal : public Terminal {
 public:
  static constexpr std::size_t kLongestSecret = 4096;  // bytes

  // The clock outlives the terminal.
  explicit ControllingTerminal(std::string device = "/dev/tty", const base::Clock& clock = base::system_clock());
  ~ControllingTerminal() override;  // clears the status
  ControllingTerminal(const ControllingTerminal&) = delete;
  ControllingTerminal& operator=(const ControllingTerminal&) = delete;

  bool is_there() override;
  void show_line(std::string_view line) override;
  void show_status(std::string_view line) override;
  void clear_status() override;
  void require_person() override;
  base::Secret ask_secret(std::string_view prompt) override;

 private:
  bool open();
  void show_plain_status(std::string_view line);

  std::string device_;
  const base::Clock& clock_;
  Descriptor terminal_;
  bool has_status_ = false;   // it is on the screen and can be drawn over
  std::string plain_status_;  // the last one that became a line
  std::optional<base::SteadyTime> plain_status_at_;
};

}  // namespace platform
