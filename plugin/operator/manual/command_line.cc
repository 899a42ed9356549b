#include <CLI/CLI.hpp>

#include "add_command.h"
#include "manual/commands.h"

namespace operators {

void add_manual(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* manual = nullptr;
  (void)add_command<ManualFlags>(app, "manual", "Write the man page", "manual | man -l -", chosen, print_manual,
                                 manual);
}

}  // namespace operators
