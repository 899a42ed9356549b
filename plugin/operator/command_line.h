#pragma once

#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace operators {

// The command line's grammar and its help. `chosen` becomes the command that the words name, ready to run.
std::unique_ptr<CLI::App> make_command_line(std::function<void()>& chosen);

// How notation and people call the program, for a command line that is neither.
std::string usage(const CLI::App& app);

}  // namespace operators
