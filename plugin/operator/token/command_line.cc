#include <CLI/CLI.hpp>

#include "add_command.h"
#include "token/commands.h"

namespace operators {
namespace {

constexpr const char* kSoPinSourceHelp = "env:NAME, file:PATH, credential:NAME or prompt; without it the terminal";

void add_choice(CLI::App& app, TokenChoice& choice) {
  CLI::Option* module =
      add_text(app, "--module", choice.module.module, "path of the PKCS#11 library")->type_name("PATH");
  app.add_option("--key", choice.key, "a configured key on the token, whose settings hold")
      ->type_name("KEY")
      ->excludes(module);
  app.add_option("--token", choice.token, "label of the token, or its PKCS#11 URI")->type_name("LABEL|URI");
  app.add_option_function<unsigned long>(
         "--slot", [&choice](const unsigned long& slot) { choice.slot = slot; }, "slot id of the token")
      ->type_name("N");
  app.add_option("--serial", choice.serial, "serial number of the token")->type_name("SERIAL");
}

void add_so_pin_source(CLI::App& app, TokenChoice& choice, const std::string& what) {
  add_text(app, "--so-pin-source", choice.module.so_pin_source, what + ": " + kSoPinSourceHelp)->type_name("SOURCE");
}

void add_new_pin_source(CLI::App& app, TokenChoice& choice) {
  add_text(app, "--new-pin-source", choice.module.new_pin_source,
           "where the new PIN is: env:NAME, file:PATH, credential:NAME or prompt; without it the terminal, twice")
      ->type_name("SOURCE");
}

void add_token_list(CLI::App& token, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<TokenListFlags>(token, "list", "Show modules and their tokens; spends no PIN try",
                                                 "token list", chosen, list_tokens, app);
  app->add_option("--module", flags->modules,
                  "path of a PKCS#11 library, may be repeated; without it those that p11-kit knows")
      ->type_name("PATH")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  add_text(*app, "--init-args", flags->init_args, "text for a module that wants one at its start")
      ->type_name("TEXT")
      ->needs("--module");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_token_init(CLI::App& token, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<TokenInitFlags>(
      token, "init", "Initialise a token; destroys what is on it",
      "token init --module /usr/lib/softhsm/libsofthsm2.so \\\n    --label prod", chosen, initialise_token, app);
  add_choice(*app, flags->choice);
  app->add_option("--label", flags->label, "the token's new label, 1 to 32 bytes")->required()->type_name("NAME");
  add_so_pin_source(*app, flags->choice, "the SO PIN, the old one where there is one");
  add_module_flags(*app, flags->choice.module);
  app->add_flag("--yes", flags->yes, "destroy what is on the token without asking");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_token_set_pin(CLI::App& token, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<TokenPinFlags>(
      token, "set-pin", "Change your PIN",
      "token set-pin --module /usr/lib/softhsm/libsofthsm2.so \\\n    --token prod", chosen, set_token_pin, app);
  add_choice(*app, flags->choice);
  app->add_flag("--so", flags->security_officer, "change the security officer's PIN instead");
  add_so_pin_source(*app, flags->choice, "with --so, the SO PIN that holds now");
  add_new_pin_source(*app, flags->choice);
  add_module_flags(*app, flags->choice.module);
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_token_unlock(CLI::App& token, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<TokenPinFlags>(
      token, "unlock", "Set a new PIN for a locked-out user, with the SO PIN",
      "token unlock --module /usr/lib/softhsm/libsofthsm2.so \\\n    --token prod", chosen, unlock_token, app);
  add_choice(*app, flags->choice);
  add_so_pin_source(*app, flags->choice, "the SO PIN");
  add_new_pin_source(*app, flags->choice);
  add_module_flags(*app, flags->choice.module);
  app->remove_option(app->get_option("--pin-source"));  // the user's PIN is not asked for
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_token_reset_failures(CLI::App& token, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<TokenPinFlags>(token, "reset-failures", "Forget the refused PINs that your runs have counted",
                                 "token reset-failures \\\n    --module /usr/lib/softhsm/libsofthsm2.so --token prod",
                                 chosen, reset_token_failures, app);
  add_choice(*app, flags->choice);
  app->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace

void add_token(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* token = app.add_subcommand("token", "Tokens and their PINs")->require_subcommand(1);
  token->footer("Example:\n  notation-pkcs11 token list");
  add_token_list(*token, chosen);
  add_token_init(*token, chosen);
  add_token_set_pin(*token, chosen);
  add_token_unlock(*token, chosen);
  add_token_reset_failures(*token, chosen);
}

}  // namespace operators
