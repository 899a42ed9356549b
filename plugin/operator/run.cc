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

int perform(int argc, const char* const* argv) {
  std::function<void()> chosen;
  const auto app = make_command_line(chosen);
  std::vector<std::string> arguments = arguments_of(argc, argv);
  const CLI::App* group = check_words(*app, arguments);
  if (group == app.get()) {
    std::cerr << usage();
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
