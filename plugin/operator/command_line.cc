#include "command_line.h"

#include <CLI/CLI.hpp>

#include "add_command.h"
#include "base/bytes.h"
#include "base/nearest.h"
#include "commands.h"
#include "help_text.h"

namespace operators {
namespace {

constexpr const char* kPinSourceHelp =
    "env:NAME, file:PATH or prompt; without it the variable NOTATION_PKCS11_PIN, else the terminal";

std::string suggestion(const std::string& closest) {
  return closest.empty() ? "" : "; did you mean " + closest + "?";
}

// CK_USER_TYPE (PKCS#11 v2.40 section 3.4) of somebody who logs in to sign; throws what CLI11 shows.
unsigned long user_type_of(const std::string& text) {
  constexpr unsigned long kUser = 1, kSecurityOfficer = 0, kContextSpecific = 2, kLargest = 0xffff'ffff;
  if (text == "user") return kUser;
  const bool hexadecimal = text.starts_with("0x");
  const std::string digits = hexadecimal ? text.substr(2) : text;
  const bool is_number =
      !digits.empty() && digits.size() <= 10 &&
      digits.find_first_not_of(hexadecimal ? "0123456789abcdefABCDEF" : "0123456789") == std::string::npos;
  const unsigned long number = is_number ? std::stoul(digits, nullptr, hexadecimal ? 16 : 10) : kSecurityOfficer;
  if (number == kSecurityOfficer || number == kContextSpecific || number > kLargest) {
    throw CLI::ValidationError("--user-type", base::quoted(text) +
                                                  " is neither user nor the number of a vendor's user type, such as "
                                                  "0x80000001");
  }
  return number;
}

pkcs11::Quirks quirks_of(const std::vector<std::string>& names) {
  pkcs11::Quirks quirks;
  for (const std::string& name : names) {
    const auto quirk = pkcs11::find_quirk(name);
    if (!quirk) {
      const auto all = pkcs11::all_quirk_names();
      const std::vector<std::string> known(all.begin(), all.end());
      throw CLI::ValidationError("--quirk",
                                 base::quoted(name) + " is not a quirk" + suggestion(base::nearest(name, known)));
    }
    quirks.set(*quirk);
  }
  return quirks;
}

pkcs11::KeySpec spec_of(const std::string& name) {
  const auto spec = pkcs11::find_key_spec(name);
  if (spec) return *spec;
  std::vector<std::string> known;
  for (const pkcs11::KeySpecTraits& traits : pkcs11::all_key_specs())
    known.emplace_back(traits.name);
  throw CLI::ValidationError("--spec", base::quoted(name) + " is not a key spec of the Notary Project" +
                                           suggestion(base::nearest(name, known)));
}

void add_token_flags(CLI::App& app, TokenFlags& flags) {
  add_text(app, "--module", flags.module.module, "path of the PKCS#11 library")->required()->type_name("PATH");
  app.add_option("--token", flags.token, "label of the token")->type_name("LABEL");
  add_module_flags(app, flags.module);
}

void add_key_list(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags =
      add_command<KeyListFlags>(key, "list", "Show the tokens and keys of a module, as URIs to copy",
                                "key list --module /usr/lib/softhsm/libsofthsm2.so", chosen, list_keys, app);
  add_token_flags(*app, flags->token);
  app->add_flag("--login", flags->login, "log in to the one token, to see what it hides");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_key_generate(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<KeyGenerateFlags>(key, "generate", "Make a key pair on a token, and prove it",
                                                   "key generate --module /usr/lib/softhsm/libsofthsm2.so \\\n"
                                                   "    --token prod --label release --spec EC-256",
                                                   chosen, generate_key, app);
  add_token_flags(*app, flags->token);
  app->add_option("--label", flags->label, "label of both halves; must be free")->required()->type_name("NAME");
  app->add_option_function<std::string>(
         "--spec", [flags](const std::string& name) { flags->spec = spec_of(name); },
         "RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384 or EC-521")
      ->required()
      ->type_name("SPEC");
  app->add_option("--id", flags->id, "CKA_ID in hexadecimal; drawn at random without it")->type_name("HEX");
  app->add_flag("--always-authenticate", flags->always_authenticate, "the token asks for the PIN at every signature");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_self_sign(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<CertSelfSignFlags>(
      cert, "self-sign", "Write a self-signed certificate, for tests",
      "cert self-sign release --out release.pem \\\n    --subject 'CN=release,O=Example,C=CH'", chosen,
      self_sign_certificate, app);
  app->add_option("KEY", flags->key, "configured name, or PKCS#11 URI")->required();
  app->add_option("--out", flags->out, "PEM file to write")->required()->type_name("FILE");
  app->add_option("--subject", flags->subject, "distinguished name")->type_name("DN")->capture_default_str();
  app->add_option("--days", flags->days, "days of validity, from now")->type_name("N")->capture_default_str();
  add_text(*app, "--module", flags->module.module, "path of the PKCS#11 library, if neither KEY nor the file names it")
      ->type_name("PATH");
  add_module_flags(*app, flags->module);
  app->add_flag("--force", flags->force, "replace FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_version(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* version = app.add_subcommand("version", "Show the version and what it was built with");
  const auto json = std::make_shared<bool>(false);
  version->add_flag("--json", *json, "answer as JSON");
  version->footer("Example:\n  notation-pkcs11 version --json");
  version->callback([json, &chosen] { chosen = [json] { show_version(*json); }; });
}

}  // namespace

CLI::Option* add_text(CLI::App& app, const std::string& name, std::optional<std::string>& value,
                      const std::string& help) {
  return app.add_option_function<std::string>(name, [&value](const std::string& text) { value = text; }, help);
}

void add_module_flags(CLI::App& app, signing::ModuleFlags& flags) {
  add_text(app, "--pin-source", flags.pin_source, kPinSourceHelp)->type_name("SOURCE");
  app.add_option_function<std::string>(
         "--user-type", [&flags](const std::string& text) { flags.user_type = user_type_of(text); },
         "user, or the number of a vendor's login role, such as 0x80000001")
      ->type_name("TYPE");
  add_text(app, "--login-user", flags.login_user, "user name, for a token that wants one")->type_name("NAME");
  app.add_option_function<std::vector<std::string>>(
         "--quirk", [&flags](const std::vector<std::string>& names) { flags.quirks = quirks_of(names); },
         "what the module does otherwise than the standard (docs/quirks.md); may be repeated")
      ->type_name("NAME")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  add_text(app, "--init-args", flags.init_args, "text for a module that wants one at its start")->type_name("TEXT");
}

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
  CLI::App* key = app->add_subcommand("key", "Keys on a token")->require_subcommand(1);
  key->footer("Example:\n  notation-pkcs11 key list --module /usr/lib/softhsm/libsofthsm2.so");
  add_key_list(*key, chosen);
  add_key_generate(*key, chosen);
  CLI::App* cert = app->add_subcommand("cert", "Certificates for them")->require_subcommand(1);
  cert->footer("Example:\n  notation-pkcs11 cert self-sign release --out release.pem");
  add_cert_self_sign(*cert, chosen);
  add_approvals(*app, chosen);
  add_version(*app, chosen);
  return app;
}

std::string usage() {
  return "usage: notation-pkcs11 get-plugin-metadata|describe-key|generate-signature\n"
         "         (notation says these, with JSON on standard input)\n"
         "       notation-pkcs11 key list|generate ...\n"
         "       notation-pkcs11 cert self-sign ...\n"
         "       notation-pkcs11 approvals request|list|show|watch|cancel ...\n"
         "       notation-pkcs11 approvals pending|approve|reject ...\n"
         "       notation-pkcs11 version\n"
         "notation-pkcs11 --help tells more\n";
}

}  // namespace operators
