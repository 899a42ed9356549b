#include "operators/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <iostream>
#include <string>
#include <vector>

#include "answer_buffer.h"
#include "base/bytes.h"
#include "base/error.h"
#include "command_line.h"
#include "empty_values.h"
#include "failure.h"
#include "platform/descriptor.h"
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

// Words of commands that change nothing.
constexpr std::string_view kOnlyTelling[] = {"completion", "describe", "doctor", "explain", "head",    "lint", "list",
                                             "manual",     "pending",  "show",   "verify",  "version", "watch"};

bool only_tells(const CLI::App& app) {
  const std::vector<CLI::App*> chosen = const_cast<CLI::App&>(app).get_subcommands();
  if (!chosen.empty()) return only_tells(*chosen.front());
  return std::ranges::find(kOnlyTelling, app.get_name()) != std::end(kOnlyTelling);
}

int perform(int argc, const char* const* argv, bool& only_told) {
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
  refuse_empty_values(*app);
  only_told = only_tells(*app);
  chosen();
  return 0;
}

int perform_or_explain(int argc, const char* const* argv, bool& only_told) {
  try {
    return perform(argc, argv, only_told);
  } catch (const base::Error& error) {
    std::cerr << failure_text(error);
    return exit_status(error.kind());
  } catch (const std::exception& fault) {
    std::cerr << "notation-pkcs11: a fault of ours: " << base::printable(fault.what()) << "\n";
    return 1;
  }
}

}  // namespace

int run(int argc, const char* const* argv) {
  AnswerBuffer answer;
  bool only_told = true;
  const int status = perform_or_explain(argc, argv, only_told);
  if (answer.finish()) return status;
  // A reader that has seen enough, as head, is no fault; but what was done must be told somewhere.
  if (!only_told || answer.error_number() != EPIPE) {
    std::cerr << "notation-pkcs11: the answer could not be written to standard output: "
              << platform::cause_of(answer.error_number()) << "\n";
  }
  if (!only_told) std::cerr << "  it was:\n" << answer.unwritten();
  return status == 0 ? 1 : status;
}

}  // namespace operators
