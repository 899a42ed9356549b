#include "operators/run.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "base/bytes.h"
#include "base/error.h"
#include "command_line.h"
#include "failure.h"

namespace operators {
namespace {

constexpr int kWrongCommandLine = 2;

int refuse(const CLI::App& app, const CLI::ParseError& error, int argc) {
  if (error.get_exit_code() == 0) return app.exit(error);
  if (argc < 2 || app.get_subcommands().empty()) {
    std::cerr << usage();
    return 1;
  }
  std::cerr << "notation-pkcs11: " << error.what() << "\n  --help shows the flags\n";
  return kWrongCommandLine;
}

}  // namespace

int run(int argc, const char* const* argv) {
  std::function<void()> chosen;
  const auto app = make_command_line(chosen);
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return refuse(*app, error, argc);
  }
  try {
    chosen();
    std::cout.flush();
    return std::cout ? 0 : 1;
  } catch (const base::Error& error) {
    std::cerr << failure_text(error);
    return exit_status(error.kind());
  } catch (const std::exception& fault) {
    std::cerr << "notation-pkcs11: a fault of ours: " << base::printable(fault.what()) << "\n";
    return 1;
  }
}

}  // namespace operators
