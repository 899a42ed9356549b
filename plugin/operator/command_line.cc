#include "command_line.h"

#include <CLI/CLI.hpp>

#include "base/bytes.h"
#include "commands.h"

namespace operators {
namespace {

constexpr const char* kPinSourceHelp =
    "env:NAME, file:PATH or prompt; without it the variable NOTATION_PKCS11_PIN, else the terminal";

template <typename Flags>
std::shared_ptr<Flags> add_command(CLI::App& parent, const std::string& name, const std::string& help,
                                   const std::string& example, std::function<void()>& chosen,
                                   void (*command)(const Flags&), CLI::App*& app) {
  auto flags = std::make_shared<Flags>();
  app = parent.add_subcommand(name, help);
  app->footer("Example:\n  notation-pkcs11 " + example);
  app->callback([flags, command, &chosen] { chosen = [flags, command] { command(*flags); }; });
  return flags;
}

void add_token_flags(CLI::App& app, TokenFlags& flags) {
  app.add_option("--module", flags.module, "path of the PKCS#11 library")->required()->type_name("PATH");
  app.add_option("--token", flags.token, "label of the token")->type_name("LABEL");
  app.add_option("--pin-source", flags.pin_source, kPinSourceHelp)->type_name("SOURCE");
}

void add_key_list(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<KeyListFlags>(key, "list", "Show the tokens and keys of a module, as URIs to copy",
                                               "key list --module /usr/lib/softhsm/libsofthsm2.so", chosen, list_keys, app);
  add_token_flags(*app, flags->token);
  app->add_flag("--login", flags->login, "log in to the one token, to see what it hides");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_key_generate(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<KeyGenerateFlags>(
      key, "generate", "Make a key pair on a token, read it back and have it prove itself",
      "key generate --module /usr/lib/softhsm/libsofthsm2.so --token prod --label release --spec EC-256", chosen,
      generate_key, app);
  add_token_flags(*app, flags->token);
  app->add_option("--label", flags->label, "label of both halves; must be free")->required()->type_name("NAME");
  app->add_option_function<std::string>(
         "--spec", [flags](const std::string& name) { flags->spec = *pkcs11::find_key_spec(name); },
         "RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384 or EC-521")
      ->required()
      ->type_name("SPEC")
      ->check([](const std::string& name) {
        return pkcs11::find_key_spec(name) ? std::string() : base::quoted(name) + " is not a key spec of the Notary Project";
      });
  app->add_option("--id", flags->id, "CKA_ID in hexadecimal; drawn at random without it")->type_name("HEX");
  app->add_flag("--always-authenticate", flags->always_authenticate, "the token asks for the PIN at every signature");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_cert_self_sign(CLI::App& cert, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<CertSelfSignFlags>(cert, "self-sign",
                                                    "Write a self-signed certificate in the Notary profile, for tests",
                                                    "cert self-sign release --out release.pem --subject 'CN=release,C=CH'",
                                                    chosen, self_sign_certificate, app);
  app->add_option("KEY", flags->key, "configured name, or PKCS#11 URI")->required();
  app->add_option("--out", flags->out, "PEM file to write")->required()->type_name("FILE");
  app->add_option("--subject", flags->subject, "distinguished name")->type_name("DN")->capture_default_str();
  app->add_option("--days", flags->days, "days of validity, from now")->type_name("N")->capture_default_str();
  app->add_option("--module", flags->module, "path of the PKCS#11 library, if neither KEY nor the file names it")
      ->type_name("PATH");
  app->add_option("--pin-source", flags->pin_source, kPinSourceHelp)->type_name("SOURCE");
  app->add_flag("--force", flags->force, "replace FILE");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_version(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* version = app.add_subcommand("version", "Show the version and what it was built with");
  const auto json = std::make_shared<bool>(false);
  version->add_flag("--json", *json, "answer as JSON");
  version->callback([json, &chosen] { chosen = [json] { show_version(*json); }; });
}

}  // namespace

std::unique_ptr<CLI::App> make_command_line(std::function<void()>& chosen) {
  auto app = std::make_unique<CLI::App>("notation-pkcs11: signs container images with PKCS#11 keys, for notation",
                                        "notation-pkcs11");
  app->require_subcommand(1);
  app->footer(
      "notation itself says get-plugin-metadata, describe-key and generate-signature, each alone and with a JSON\n"
      "request on standard input.");
  CLI::App* key = app->add_subcommand("key", "Keys on a token")->require_subcommand(1);
  add_key_list(*key, chosen);
  add_key_generate(*key, chosen);
  CLI::App* cert = app->add_subcommand("cert", "Certificates for them")->require_subcommand(1);
  add_cert_self_sign(*cert, chosen);
  add_version(*app, chosen);
  return app;
}

std::string usage() {
  return "usage: notation-pkcs11 get-plugin-metadata|describe-key|generate-signature    (notation; JSON on stdin)\n"
         "       notation-pkcs11 key list|generate ...\n"
         "       notation-pkcs11 cert self-sign ...\n"
         "       notation-pkcs11 version\n"
         "notation-pkcs11 --help tells more\n";
}

}  // namespace operators
