#include "add_command.h"
#include "approvals/approver_command_line.h"
#include "approvals/commands.h"

namespace operators {
namespace {

using Chosen = std::function<void()>;

// NAME=VALUE, as notation takes user metadata.
void take_metadata(std::map<std::string, std::string>& into, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw CLI::ValidationError("--user-metadata", "must be NAME=VALUE");
    }
    into[text.substr(0, equals)] = text.substr(equals + 1);
  }
}

void add_request(CLI::App& approvals, Chosen& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<ApprovalsRequestFlags>(approvals, "request", "Ask ahead of the signing; descriptor on standard input",
                                         "approvals request release < descriptor.json", chosen, request_approval, app);
  app->add_option("KEY", flags->key, "configured name, or PKCS#11 URI")->required();
  app->add_option_function<std::vector<std::string>>(
         "-m,--user-metadata",
         [flags](const std::vector<std::string>& texts) { take_metadata(flags->user_metadata, texts); },
         "NAME=VALUE, as it will be given to notation sign; may be repeated")
      ->type_name("NAME=VALUE")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  app->add_option("-e,--expiry", flags->expiry, "as it will be given to notation sign, such as 24h")
      ->type_name("DURATION");
  add_text(*app, "--module", flags->module.module, "path of the PKCS#11 library, if neither KEY nor the file names it")
      ->type_name("PATH");
  add_text(*app, "--chain-file", flags->module.chain_file, "PEM file with the certificate chain, likewise")
      ->type_name("FILE");
  add_module_flags(*app, flags->module);
  app->add_flag("--json", flags->json, "answer as JSON");
}

std::shared_ptr<RequestFlags> add_for_one(CLI::App& approvals, const std::string& name, const std::string& help,
                                          Chosen& chosen, void (*command)(const RequestFlags&), CLI::App*& app) {
  auto flags =
      add_command<RequestFlags>(approvals, name, help, "approvals " + name + " 3f9a12ab", chosen, command, app);
  app->add_option("ID", flags->id, "of the request, or its first six or more characters")->required();
  app->add_flag("--json", flags->json, "answer as JSON");
  return flags;
}

void add_watch(CLI::App& approvals, Chosen& chosen) {
  CLI::App* app = nullptr;
  add_for_one(approvals, "watch", "Show one request until it is decided", chosen, watch_request, app);
}

void add_cancel(CLI::App& approvals, Chosen& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_for_one(approvals, "cancel", "Withdraw a request and forget it", chosen, cancel_request, app);
  app->add_flag("--forget", flags->forget, "forget it here without asking its service");
}

void add_show(CLI::App& approvals, Chosen& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<RequestFlags>(approvals, "show", "Show one request, or one task that waits for you",
                                               "approvals show 3f9a12ab", chosen, show_request, app);
  app->add_option("ID", flags->id, "of the request or task, or its first six or more characters")->required();
  add_approver_flags(*app, flags->approver);
}

void add_list(CLI::App& approvals, Chosen& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<RequestFlags>(approvals, "list", "Show the requests of this user that are not over",
                                               "approvals list", chosen, list_requests, app);
  app->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace

void add_approvals(CLI::App& app, Chosen& chosen) {
  CLI::App* approvals = app.add_subcommand("approvals", "Approvals: ask for them, give them")->require_subcommand(1);
  approvals->footer("Example:\n  notation-pkcs11 approvals list");
  add_request(*approvals, chosen);
  add_list(*approvals, chosen);
  add_show(*approvals, chosen);
  add_watch(*approvals, chosen);
  add_cancel(*approvals, chosen);
  add_approver_commands(*approvals, chosen);
}

}  // namespace operators
