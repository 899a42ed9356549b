#include "operators/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"
#include "command_line.h"
#include "failure.h"
#include "words.h"

namespace operators {
namespace {

constexpr int kWrongCommandLine = 2;

// The line without the program's name; `--version` is what people try first.
std::vector<std::string> arguments_of(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  if (!arguments.empty() && arguments.front() == "--version") arguments.front() = "version";
  return arguments;
}

int refuse(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == 0) return app.exit(error);
  std::cerr << "notation-pkcs11: " << error.what() << "\n  --help shows the flags\n";
  return kWrongCommandLine;
}

// A first word that is neither notation's nor one of ours, in the way the plugin contract wants it answered.
bool is_foreign(const CLI::App& app, const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() == "--help" || arguments.front() == "-h") return false;
  const std::vector<const CLI::App*> known = app.get_subcommands({});
  return std::none_of(known.begin(), known.end(),
                      [&](const CLI::App* command) { return command->get_name() == arguments.front(); });
}

int perform(int argc, const char* const* argv) {
  std::function<void()> chosen;
  const auto app = make_command_line(chosen);
  std::vector<std::string> arguments = arguments_of(argc, argv);
  const bool foreign = is_foreign(*app, arguments);
  const CLI::App* group = foreign ? app.get() : check_words(*app, arguments);
  if (group == app.get()) {
    if (foreign) std::cerr << "notation-pkcs11: there is no command " << base::quoted(arguments.front()) << "\n";
    std::cerr << usage(*app);
    return 1;
  }
  if (group != nullptr) {
    std::cout << group->help(app->get_name());
    return 0;
  }
  try {
    std::reverse(arguments.begin(), arguments.end());
    app->parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return refuse(*app, error);
  }
  chosen();
  std::cout.flush();
  return std::cout ? 0 : 1;
}

}  // namespace

int run(int argc, const char* const* argv) {
  try {
    return perform(argc, argv);
  } catch (const base::Error& error) {
    std::cerr << failure_text(error);
    return exit_status(error.kind());
  } catch (const std::exception& fault) {
    std::cerr << "notation-pkcs11: a fault of ours: " << base::printable(fault.what()) << "\n";
    return 1;
  }
}

}  // namespace operators
