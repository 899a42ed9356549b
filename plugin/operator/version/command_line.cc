#include <CLI/CLI.hpp>

#include "add_command.h"
#include "version/commands.h"

namespace operators {

void add_version(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* version = nullptr;
  const auto flags = add_command<VersionFlags>(app, "version", "Show the version and what it was built with",
                                               "version --json", chosen, show_version, version);
  version->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace operators
