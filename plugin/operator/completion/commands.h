#pragma once

#include <string>

namespace operators {

struct CompletionFlags {
  std::string shell;  // "bash", "zsh" or "fish"
  bool keys = false;  // the names of the configured keys instead, for the scripts
};

// Writes to standard output.
void print_completion(const CompletionFlags& flags);

}  // namespace operators
