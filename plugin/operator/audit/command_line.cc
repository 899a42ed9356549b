#include <CLI/CLI.hpp>

#include "add_command.h"
#include "audit/commands.h"

namespace operators {
namespace {

void add_audit_show(CLI::App& audit, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<AuditShowFlags>(audit, "show", "Show the signatures that the log records",
                                  "audit show --key release --since 2026-11-01", chosen, show_audit, app);
  app->add_option("--key", flags->key, "only this key: its name, or 16 or more digits of the SHA-256 of its public key")
      ->type_name("NAME");
  app->add_option("--since", flags->since, "only from this time on: 2026-11-21 or 2026-11-21T02:02:02Z")
      ->type_name("TIME");
  app->add_option("--file", flags->file, "a copy of a log instead of your own")->type_name("FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_audit_verify(CLI::App& audit, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<AuditVerifyFlags>(audit, "verify", "Find lines that were changed, removed or moved",
                                                   "audit verify --head 12:b692d424f43b7f8f33536d1e3a77c3f0...", chosen,
                                                   verify_audit, app);
  app->add_option("--head", flags->head,
                  "a head that audit head printed and that was kept elsewhere: finds an end "
                  "that was cut off")
      ->type_name("SEQ:HASH");
  app->add_option("--file", flags->file, "a copy of a log instead of your own")->type_name("FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_audit_head(CLI::App& audit, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<AuditHeadFlags>(audit, "head", "Verify the log, and print number and hash of its last line",
                                  "audit head", chosen, show_audit_head, app);
  app->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace

void add_audit(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* audit = app.add_subcommand("audit", "The local record of signatures")->require_subcommand(1);
  audit->footer("Example:\n  notation-pkcs11 audit verify");
  add_audit_show(*audit, chosen);
  add_audit_verify(*audit, chosen);
  add_audit_head(*audit, chosen);
}

}  // namespace operators
