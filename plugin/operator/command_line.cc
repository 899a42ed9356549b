#include "command_line.h"

#include <CLI/CLI.hpp>

#include "add_command.h"
#include "help_text.h"

namespace operators {
namespace {

constexpr std::size_t kUsageWidth = 80;

// One group with its words, in lines that fit a terminal.
std::string usage_of(const CLI::App& group) {
  const std::string start = "       notation-pkcs11 " + group.get_name();
  std::string text, line = start;
  bool is_first = true;
  for (const CLI::App* command : group.get_subcommands({})) {
    const std::string word = (is_first ? " " : "|") + command->get_name();
    if (line.size() + word.size() >= kUsageWidth) {
      text += line + "|\n";
      line = std::string(start.size(), ' ') + " " + command->get_name();
    } else {
      line += word;
    }
    is_first = false;
  }
  return text + line + "\n";
}

}  // namespace

std::unique_ptr<CLI::App> make_command_line(std::function<void()>& chosen) {
  auto app = std::make_unique<CLI::App>("notation-pkcs11: signs container images with PKCS#11 keys, for notation",
                                        "notation-pkcs11");
  app->formatter(make_help_format());
  app->require_subcommand(1);
  app->add_flag_function("--version", [](std::int64_t) {}, "the same as version");
  app->footer(
      "notation itself says get-plugin-metadata, describe-key and generate-signature,\n"
      "each alone and with a JSON request on standard input.\n\n"
      "Example:\n"
      "  notation-pkcs11 key list --module /usr/lib/softhsm/libsofthsm2.so");
  add_token(*app, chosen);
  add_key(*app, chosen);
  add_cert(*app, chosen);
  add_enroll(*app, chosen);
  add_doctor(*app, chosen);
  add_explain(*app, chosen);
  add_approvals(*app, chosen);
  add_audit(*app, chosen);
  add_completion(*app, chosen);
  add_manual(*app, chosen);
  add_version(*app, chosen);
  return app;
}

std::string usage(const CLI::App& app) {
  std::string text =
      "usage: notation-pkcs11 get-plugin-metadata|describe-key|generate-signature\n"
      "         (notation says these, with JSON on standard input)\n";
  for (const CLI::App* group : app.get_subcommands({}))
    text += usage_of(*group);
  return text + "notation-pkcs11 --help tells more\n";
}

}  // namespace operators
