#pragma once

#include "platform/terminal.h"

namespace operators {

// The controlling terminal; without one, a warning goes to standard error, where whoever runs a command in a pipeline
// reads it.
class Console final : public platform::ControllingTerminal {
 public:
  void show_warning(std::string_view line) override;
};

}  // namespace operators
