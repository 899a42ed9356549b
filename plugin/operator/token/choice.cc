#include "token/choice.h"

#include "base/bytes.h"
#include "base/error.h"
#include "token/report.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

pkcs11::Uri selection_of(const TokenAccess& access, const TokenChoice& choice) {
  pkcs11::Uri uri = access.setup().uri;
  if (pkcs11::looks_like_uri(choice.token)) {
    uri = token_selection(choice.token);
  } else if (!choice.token.empty()) {
    uri.token = choice.token;
  }
  uri.object.reset();
  uri.id.reset();
  uri.type.reset();
  uri.module_path.reset();
  uri.pin_source.reset();
  if (choice.slot) uri.slot_id = choice.slot;
  if (!choice.serial.empty()) uri.serial = choice.serial;
  return uri;
}

std::string listed(const std::vector<pkcs11::TokenState>& tokens) {
  std::string text;
  for (const pkcs11::TokenState& token : tokens)
    text += "\n  " + pkcs11::format_uri(uri_of(token)) + (token.initialised ? "" : "  (not initialised)");
  return text.empty() ? "the module has no token" : "its tokens are" + text;
}

pkcs11::TokenState the_only(std::vector<pkcs11::TokenState> found, const std::vector<pkcs11::TokenState>& all,
                            const std::string& what) {
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) throw Error(ErrorKind::key_not_found, Phase::slots, "there is no " + what, listed(all));
  throw Error(ErrorKind::ambiguous_key, Phase::slots,
              "it must be one " + what + ", and there are " + std::to_string(found.size()),
              "name one with --token, --serial or --slot; " + listed(found));
}

std::vector<pkcs11::TokenState> tokens_of(TokenAccess& access, const pkcs11::Uri& selection) {
  std::vector<pkcs11::TokenState> tokens;
  for (pkcs11::ProbedToken& probed : access.service().probe(selection).tokens)
    tokens.push_back(std::move(probed.token));
  return tokens;
}

std::string named(const pkcs11::Uri& selection) {
  return selection == pkcs11::Uri{} ? "" : " of " + pkcs11::format_uri(selection);
}

}  // namespace

std::unique_ptr<TokenAccess> open_module(const TokenChoice& choice) {
  if (!choice.key.empty()) return TokenAccess::by_key(choice.key, choice.module);
  if (choice.module.module) return TokenAccess::by_module(choice.module);
  throw Error(ErrorKind::invalid_request, Phase::request, "no PKCS#11 module is named",
              "--module PATH names one, --key KEY a key of the configuration; notation-pkcs11 token list shows the "
              "modules that p11-kit knows");
}

pkcs11::TokenState chosen_token(TokenAccess& access, const TokenChoice& choice) {
  const pkcs11::Uri selection = selection_of(access, choice);
  std::vector<pkcs11::TokenState> found = tokens_of(access, selection);
  std::erase_if(found, [](const pkcs11::TokenState& token) { return !token.initialised; });
  const auto all = found.empty() ? tokens_of(access, {}) : found;
  return the_only(std::move(found), all, "initialised token" + named(selection));
}

pkcs11::TokenState token_to_initialise(TokenAccess& access, const TokenChoice& choice) {
  const pkcs11::Uri selection = selection_of(access, choice);
  const bool any = selection == pkcs11::Uri{};
  std::vector<pkcs11::TokenState> found = tokens_of(access, selection);
  const std::vector<pkcs11::TokenState> all = any ? found : tokens_of(access, {});
  if (any) std::erase_if(found, [](const pkcs11::TokenState& token) { return token.initialised; });
  return the_only(std::move(found), all, any ? "token that is not initialised" : "token" + named(selection));
}

pkcs11::Uri exactly(const pkcs11::TokenState& token) {
  pkcs11::Uri uri;
  if (token.initialised) uri.token = token.label;
  if (!token.serial.empty()) uri.serial = token.serial;
  uri.slot_id = token.slot_id;
  return uri;
}

}  // namespace operators
