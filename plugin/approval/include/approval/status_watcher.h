#pragma once

#include <string>
#include <vector>

#include "approval/watcher.h"
#include "base/clock.h"
#include "platform/log.h"
#include "platform/terminal.h"

namespace approval {

// Tells a person at the terminal in one status line that is redrawn each second, everybody else in log lines when
// something has changed, and once, when a request goes out, the program `notify`: it gets the request as JSON on
// standard input (exec-request.schema.json, verb submit), and no variable that could hold a secret.
class StatusWatcher : public Watcher {
 public:
  // All but `notify` outlives the watcher.
  StatusWatcher(platform::Terminal& terminal, platform::Log& log, base::Clock& clock, std::vector<std::string> notify);

  void asked(const schema::Ticket& ticket) override;
  void resumed(const schema::Ticket& ticket) override;
  void waiting(const schema::Ticket& ticket, std::chrono::seconds left) override;
  std::chrono::milliseconds tick() const override;
  void trouble(const std::string& text) override;
  void over() override;

 private:
  void introduce(const char* what, const schema::Ticket& ticket);
  void notify(const schema::Ticket& ticket);

  platform::Terminal& terminal_;
  platform::Log& log_;
  base::Clock& clock_;
  std::vector<std::string> notify_;
  std::string logged_;  // progress as last logged
  std::string where_;   // as last seen
  unsigned places_shown_ = 0;
};

}  // namespace approval
