#include "approvals/approver_command_line.h"
#include "add_command.h"
#include "approvals/approver_command_line.h"

namespace operators {
namespace {

using Chosen = std::function<void()>;

void add_decision(CLI::App& approvals, const std::string& name, const std::string& help, Chosen& chosen,
                  void (*command)(const DecisionFlags&), bool may_be_opaque) {
  CLI::App* app = nullptr;
  const auto flags = add_command<DecisionFlags>(approvals, name, help, "approvals " + name + " 7c1e09d4 --key me.pem",
                                                chosen, command, app);
  app->add_option("TASK", flags->tasks, "ids, or their first six or more characters")->required();
  app->add_flag("--yes", flags->yes, "answer without asking");
  if (may_be_opaque) app->add_flag("--opaque", flags->opaque, "also what is not a Notary payload");
  add_approver_flags(*app, flags->approver);
}

}  // namespace

void add_approver_flags(CLI::App& app, ApproverFlags& flags) {
  add_text(app, "--key", flags.key, "the key that answers: PEM file, or PKCS#11 URI")->type_name("FILE|URI");
  add_text(app, "--url", flags.url, "the service that asks: https://HOST[:PORT]")->type_name("URL");
  add_text(app, "--ca-file", flags.ca_file, "PEM file with the CAs to trust there")->type_name("FILE");
  add_text(app, "--token-file", flags.token_file, "file with the token (JWT) for it")->type_name("FILE");
  add_text(app, "--api-key-file", flags.api_key_file, "file with API keys for it, one a line")->type_name("FILE");
  add_text(app, "--client-cert", flags.client_certificate, "PEM file with a certificate for it")->type_name("FILE");
  add_text(app, "--client-key", flags.client_key, "PEM file with that certificate's key")->type_name("FILE");
  add_text(app, "--module", flags.module.module, "path of the PKCS#11 library, if the URI does not name it")
      ->type_name("PATH");
  add_module_flags(app, flags.module);
  app.add_flag("--json", flags.json, "answer as JSON");
}

void add_approver_commands(CLI::App& approvals, Chosen& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<ApproverFlags>(approvals, "pending", "Show what waits for an answer with your key",
                                 "approvals pending --url https://HOST --key me.pem", chosen, list_tasks, app);
  add_approver_flags(*app, *flags);
  add_decision(approvals, "approve", "Say yes to what waits, after it was shown", chosen, approve_tasks, true);
  add_decision(approvals, "reject", "Say no to what waits, after it was shown", chosen, reject_tasks, false);
}

}  // namespace operators
