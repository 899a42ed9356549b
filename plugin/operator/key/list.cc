#include <iostream>

#include "key/commands.h"
#include "token_access.h"

namespace operators {
namespace {

// A login needs one token; the survey without one shows which it is.
pkcs11::Survey survey(TokenAccess& access, const KeyListFlags& flags) {
  const pkcs11::Uri filter = token_selection(flags.token.token);
  pkcs11::Survey visible = access.service().survey(filter, nullptr);
  const bool named_in_vain = visible.tokens.empty() && !flags.token.token.empty();
  if (!flags.login && !named_in_vain) return visible;
  const pkcs11::TokenState token = the_token(visible, flags.token);
  if (access.setup().module.quirks.has(pkcs11::Quirk::never_login)) return visible;
  const pkcs11::Login login = access.pin().obtain(token);
  return access.pin().use(token, [&] { return access.service().survey(filter, &login); });
}

schema::KeyListReport report_of(const std::string& module, const pkcs11::Survey& survey) {
  schema::KeyListReport list;
  list.module = module;
  list.module_description = survey.module_description;
  list.remarks = survey.remarks;
  for (const pkcs11::SurveyedToken& surveyed : survey.tokens) {
    const pkcs11::TokenState& token = surveyed.token;
    schema::TokenReport entry{token.label, token.manufacturer, token.model, token.serial, token.initialised, {}};
    for (const pkcs11::KeyView& key : surveyed.keys)
      entry.keys.push_back(report(key));
    list.tokens.push_back(std::move(entry));
  }
  return list;
}

void print(const schema::KeyListReport& list) {
  for (const schema::TokenReport& token : list.tokens) {
    std::cout << "token " << base::quoted(token.label) << " (" << base::printable(token.manufacturer) << " "
              << base::printable(token.model) << ", serial " << base::printable(token.serial) << ")\n";
    if (!token.initialised) {
      std::cout << "  not initialised\n";
      continue;
    }
    for (const schema::KeyReport& key : token.keys) {
      const bool is_key = key.has_private || key.has_public || key.certificates == 0;
      const std::string spec = !key.key_spec.empty() ? key.key_spec : is_key ? "unknown" : "cert";
      std::cout << "  " << spec << std::string(spec.size() < 10 ? 10 - spec.size() : 1, ' ') << key.uri << "\n";
    }
    if (token.keys.empty()) std::cout << "  no key is visible; --login shows what the token hides\n";
  }
  if (list.tokens.empty()) std::cout << "no token\n";
  for (const std::string& remark : list.remarks)
    std::cout << "note: " << base::printable(remark) << "\n";
}

}  // namespace

void list_keys(const KeyListFlags& flags) {
  const auto access = TokenAccess::by_module(flags.token.module);
  const schema::KeyListReport list = report_of(access->setup().module.path, survey(*access, flags));
  if (flags.json) {
    std::cout << schema::encode(list);
  } else {
    print(list);
  }
}

}  // namespace operators
