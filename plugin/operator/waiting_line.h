#pragma once

#include <functional>
#include <string>

#include "token_access.h"

namespace operators {

// While it lives, a job of `access` that takes a second or more is told on the terminal: the text, and the seconds so
// far. Gone without a trace afterwards; nothing without a terminal. `look` is called as often; an Error that it throws
// ends the job. `access` must outlive it.
class WaitingLine {
 public:
  WaitingLine(TokenAccess& access, std::string text, std::function<void()> look);
  ~WaitingLine();
  WaitingLine(const WaitingLine&) = delete;
  WaitingLine& operator=(const WaitingLine&) = delete;

 private:
  void show();

  TokenAccess& access_;
  std::string text_;
  std::function<void()> look_;
  base::SteadyTime began_;
};

}  // namespace operators
