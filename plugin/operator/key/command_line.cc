#include <CLI/CLI.hpp>

#include "add_command.h"
#include "base/bytes.h"
#include "key/commands.h"

namespace operators {
namespace {

// A CKM value, decimal or with 0x; throws what CLI11 shows.
unsigned long mechanism_of(const std::string& text) {
  constexpr std::size_t kLongest = 18;  // 0x and 64 bits
  const bool hexadecimal = text.starts_with("0x");
  const std::string digits = hexadecimal ? text.substr(2) : text;
  if (digits.empty() || text.size() > kLongest ||
      digits.find_first_not_of(hexadecimal ? "0123456789abcdefABCDEF" : "0123456789") != std::string::npos) {
    throw CLI::ValidationError("--mechanism", base::quoted(text) + " is not a number such as 0x80000142");
  }
  return std::stoul(digits, nullptr, hexadecimal ? 16 : 10);
}

// What CLI11 shows where a name could not be read by a person; nothing where it can.
std::string check_label(const std::string& text) {
  const bool readable = base::is_utf8(text) && base::printable(text, 4 * text.size() + 4) == text;
  return readable ? "" : base::quoted(text) + " is not a name of printable UTF-8 characters";
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
  app->add_option("--label", flags->label, "label of both halves; must be free")
      ->required()
      ->check(check_label)
      ->type_name("NAME");
  add_spec(*app, "RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384 or EC-521", [flags](pkcs11::KeySpec spec) {
    flags->spec = spec;
  })->required();
  app->add_option("--id", flags->id, "CKA_ID in hexadecimal; drawn at random without it")->type_name("HEX");
  app->add_flag("--always-authenticate", flags->always_authenticate, "the token asks for the PIN at every signature");
  app->add_option("--attribute", flags->attributes,
                  "a further attribute of one half, such as private:CKA_UNWRAP=false or "
                  "public:0x80000001=hex:0a0b; may be repeated")
      ->type_name("TEXT")
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false);
  app->add_option_function<std::string>(
         "--mechanism", [flags](const std::string& text) { flags->mechanism = mechanism_of(text); },
         "a vendor's mechanism to make the key with where the token has none of the usual ones")
      ->type_name("NUMBER");
  CLI::Option* dry_run =
      app->add_flag("--dry-run", flags->dry_run, "show what the token would be asked, and make nothing");
  CLI::Option* record = app->add_option("--record", flags->record,
                                        "keep a record of how it went in FILE.json, and in FILE.txt for a person to "
                                        "sign; also of a failure");
  record->type_name("FILE")->excludes(dry_run);
  app->add_flag("--force", flags->force, "replace records that exist already")->needs(record);
  app->add_flag("--json", flags->json, "answer as JSON");
}

// KEY, and what finds its module and logs in.
template <typename Flags>
void add_key_argument(CLI::App& app, Flags& flags) {
  app.add_option("KEY", flags.key, "configured name or PKCS#11 URI")->required()->type_name("KEY");
  add_text(app, "--module", flags.module.module, "path of the PKCS#11 library, where the key does not name it")
      ->type_name("PATH");
  add_module_flags(app, flags.module);
}

void add_key_describe(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<KeyDescribeFlags>(key, "describe", "Show all that the token tells of one key",
                                                   "key describe 'pkcs11:token=prod;object=release' \\\n"
                                                   "    --module /usr/lib/softhsm/libsofthsm2.so --login",
                                                   chosen, describe_key, app);
  add_key_argument(*app, *flags);
  app->add_flag("--login", flags->login, "log in, to see what the token hides");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_key_delete(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<KeyDeleteFlags>(key, "delete", "Destroy a key pair for good",
                                                 "key delete 'pkcs11:token=test;object=old' \\\n"
                                                 "    --module /usr/lib/softhsm/libsofthsm2.so",
                                                 chosen, delete_key, app);
  add_key_argument(*app, *flags);
  app->add_flag("--with-certificates", flags->with_certificates, "destroy its certificates on the token as well");
  app->add_flag("--yes", flags->yes, "do not ask");
  app->add_flag("--json", flags->json, "answer as JSON");
}

void add_key_register(CLI::App& key, std::function<void()>& chosen) {
  CLI::App* app = nullptr;
  const auto flags = add_command<KeyRegisterFlags>(key, "register", "Register a key with notation, or show the command",
                                                   "key register release --default --run", chosen, register_key, app);
  add_key_argument(*app, *flags);
  add_text(*app, "--chain-file", flags->module.chain_file,
           "PEM file of the certificate chain, where no setting names it")
      ->type_name("FILE");
  app->add_option("--name", flags->name, "in notation; without it the configured name or the key's label")
      ->type_name("NAME");
  app->add_option("--id", flags->id, "what notation is to ask for; without it KEY as it is")->type_name("ID");
  app->add_flag("--default", flags->as_default, "notation signs with it where no key is named");
  app->add_flag("--run", flags->run, "run notation key add, after all checks");
  app->add_flag("--json", flags->json, "answer as JSON");
}

}  // namespace

void add_key(CLI::App& app, std::function<void()>& chosen) {
  CLI::App* key = app.add_subcommand("key", "Keys on a token")->require_subcommand(1);
  key->footer("Example:\n  notation-pkcs11 key list --module /usr/lib/softhsm/libsofthsm2.so");
  add_key_list(*key, chosen);
  add_key_generate(*key, chosen);
  add_key_describe(*key, chosen);
  add_key_delete(*key, chosen);
  add_key_register(*key, chosen);
}

}  // namespace operators
