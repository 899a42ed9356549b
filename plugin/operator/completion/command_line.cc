#include <CLI/CLI.hpp>

#include "add_command.h"
#include "completion/commands.h"

namespace operators {

void add_completion(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* completion = nullptr;
  const auto flags =
      add_command<CompletionFlags>(app, "completion", "Write a completion script for a shell",
                                   "completion bash >~/.local/share/bash-completion/completions/notation-pkcs11",
                                   chosen, print_completion, completion);
  completion->footer(
      "Example:\n"
      "  notation-pkcs11 completion bash \\\n"
      "    >~/.local/share/bash-completion/completions/notation-pkcs11\n"
      "  notation-pkcs11 completion zsh >~/.zfunc/_notation-pkcs11\n"
      "  notation-pkcs11 completion fish \\\n"
      "    >~/.config/fish/completions/notation-pkcs11.fish");
  completion->add_option("SHELL", flags->shell, "bash, zsh or fish");
  completion->add_flag("--keys", flags->keys, "the names of the configured keys, one a line")->group("");
}

}  // namespace operators
