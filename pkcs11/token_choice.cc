#include "token_choice.h"

#include <algorithm>
#include <vector>

namespace pkcs11 {
namespace {

using base::ErrorKind;
using base::Phase;

bool names_token(const Uri& uri) {
  return uri.token || uri.serial || uri.manufacturer || uri.model || uri.slot_id;
}

std::string line_of(const TokenState& token) {
  std::string line = "\n  slot " + std::to_string(token.slot_id);
  if (!token.serial.empty()) line += ", serial " + base::printable(token.serial);
  return line + (token.initialised ? ", label " + base::quoted(token.label) : ", not initialised");
}

std::string list_of(const std::vector<TokenState>& tokens) {
  std::string list;
  for (const TokenState& token : tokens)
    list += line_of(token);
  return list;
}

bool same_token(const TokenState& one, const TokenState& other) {
  return one.slot_id == other.slot_id && one.serial == other.serial && one.label == other.label &&
         one.initialised == other.initialised;
}

}  // namespace

TokenState find_token_to_initialise(const Module& module, const Uri& wanted) {
  const SlotList slots = read_slots(module);
  if (slots.tokens.empty() && !slots.failures.empty()) throw slots.failures.front();
  const bool named = names_token(wanted);
  std::vector<TokenState> found;
  for (const TokenState& token : slots.tokens) {
    if (named ? matches(wanted, token, module.quirks()) : !token.initialised) found.push_back(token);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    std::string hint =
        slots.tokens.empty() ? "the module shows no token" : "tokens that are there:" + list_of(slots.tokens);
    for (const std::string& remark : slots.remarks)
      hint += "\n" + remark;
    throw module.error(
        ErrorKind::key_not_found, Phase::slots,
        named ? "cannot find token " + format_uri(wanted) + ": no such token is present"
              : std::string("cannot find a token to initialise: every token that is present is initialised already"),
        std::move(hint));
  }
  throw module.error(ErrorKind::ambiguous_key, Phase::slots,
                     "cannot tell which token to initialise: " + std::to_string(found.size()) + " tokens match",
                     "name one, by slot id or serial number:" + list_of(found));
}

TokenState find_initialised_token(const Module& module, const SlotList& before, const TokenState& target,
                                  const std::string& label) {
  std::vector<TokenState> labelled, fresh;
  for (const TokenState& token : read_slots(module).tokens) {
    if (!token.initialised || token.label != label) continue;
    labelled.push_back(token);
    const bool is_old =
        std::ranges::any_of(before.tokens, [&](const TokenState& old) { return same_token(old, token); });
    if (!is_old) fresh.push_back(token);
  }
  // A token that was initialised again under its old name looks as it did.
  const std::vector<TokenState>& candidates = fresh.empty() ? labelled : fresh;
  const auto in_its_place = std::ranges::find_if(candidates, [&](const TokenState& token) {
    return token.slot_id == target.slot_id || (!target.serial.empty() && token.serial == target.serial);
  });
  if (in_its_place != candidates.end()) return *in_its_place;
  if (!fresh.empty()) return fresh.back();
  throw module.error(ErrorKind::token_failed, Phase::slots,
                     "cannot find token " + base::quoted(label) + ": the module initialised it, but does not show it",
                     "list the tokens again; some modules show a new token only to a new process");
}

}  // namespace pkcs11
