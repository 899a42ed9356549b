#pragma once

#include "platform/terminal.h"

namespace operators {

// The controlling terminal; without one, a line goes to standard error: whoever runs a command in a pipeline reads its
// warnings there.
class Console final : public platform::ControllingTerminal {
 public:
  void show_line(std::string_view line) override;
};

}  // namespace operators
