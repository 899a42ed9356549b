#include <CLI/CLI.hpp>

#include "add_command.h"
#include "base/bytes.h"
#include "base/nearest.h"
#include "pkcs11/key_spec.h"

namespace operators {
namespace {

constexpr const char* kPinSourceHelp =
    "env:NAME, file:PATH, credential:NAME or prompt; without it the variable NOTATION_PKCS11_PIN, else the terminal";

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

CLI::Option* add_spec(CLI::App& app, const std::string& help, std::function<void(pkcs11::KeySpec)> take) {
  return app.add_option_function<std::string>(
                "--spec", [take](const std::string& name) { take(spec_of(name)); }, help)
      ->type_name("SPEC");
}

void add_token_flags(CLI::App& app, TokenFlags& flags) {
  add_text(app, "--module", flags.module.module, "path of the PKCS#11 library")->required()->type_name("PATH");
  app.add_option("--token", flags.token, "label of the token, or its PKCS#11 URI")->type_name("LABEL|URI");
  add_module_flags(app, flags.module);
}

}  // namespace operators
