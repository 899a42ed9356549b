#include "doctor/token_checks.h"

#include <algorithm>

#include "doctor/own_state.h"
#include "pkcs11/pin_state.h"

namespace operators {
namespace {

using base::Error;
using base::printable;

bool fits(const std::optional<std::string>& wanted, const std::string& found) {
  return !wanted || *wanted == found;
}

std::string token_command(const char* verb, const signing::KeySetup& setup, const pkcs11::TokenState& token) {
  return own_command({"token", verb, "--module", setup.module.path, "--token", token.label});
}

platform::PinSource source_of(const signing::KeySetup& setup, Surroundings& surroundings) {
  if (setup.pin_source) return *setup.pin_source;
  return platform::default_pin_source(surroundings.secrets(), surroundings.terminal());
}

const pkcs11::ProbedToken* find_probed(const pkcs11::Probe& probe, unsigned long slot) {
  const auto found = std::find_if(probe.tokens.begin(), probe.tokens.end(),
                                  [&](const pkcs11::ProbedToken& one) { return one.token.slot_id == slot; });
  return found == probe.tokens.end() ? nullptr : &*found;
}

// "true", "false", or empty where the token does not say.
std::string value_of(const pkcs11::ObjectView& object, std::string_view name) {
  const auto found = std::find_if(object.attributes.begin(), object.attributes.end(),
                                  [&](const pkcs11::AttributeText& one) { return one.name == name; });
  return found == object.attributes.end() ? "" : found->value;
}

}  // namespace

std::string text_of(const pkcs11::TokenState& token) {
  std::string text = base::quoted(token.label);
  if (!token.serial.empty()) text += ", serial " + printable(token.serial);
  text += ", slot " + std::to_string(token.slot_id);
  if (!token.model.empty()) text += ", " + printable(token.model);
  return text;
}

std::vector<pkcs11::TokenState> fitting_tokens(const pkcs11::Probe& probe, const pkcs11::Uri& uri) {
  std::vector<pkcs11::TokenState> tokens;
  for (const pkcs11::ProbedToken& one : probe.tokens) {
    const pkcs11::TokenState& token = one.token;
    if (fits(uri.token, token.label) && fits(uri.serial, token.serial) && fits(uri.manufacturer, token.manufacturer) &&
        fits(uri.model, token.model) && (!uri.slot_id || *uri.slot_id == token.slot_id)) {
      tokens.push_back(token);
    }
  }
  return tokens;
}

void fail_token(Checklist& list, const Error& error, const pkcs11::Probe& probe, const std::string& module) {
  const auto is_initialised = [](const pkcs11::ProbedToken& one) { return one.token.initialised; };
  const bool some = std::any_of(probe.tokens.begin(), probe.tokens.end(), is_initialised);
  if (some || probe.tokens.empty()) return list.fail(Check::token, error);
  const pkcs11::TokenState& token = probe.tokens.front().token;
  list.fail(Check::token,
            "the token in slot " + std::to_string(token.slot_id) + " is not initialised, and the module shows no other",
            {{"make it ready, with a label and PINs of your choice:",
              "  " + own_command({"token", "init", "--module", module, "--slot", std::to_string(token.slot_id),
                                  "--label", "LABEL"})},
             {}});
}

void check_pin_state(Checklist& list, const pkcs11::TokenState& token, const signing::KeySetup& setup,
                     Surroundings& surroundings, bool will_be_needed) {
  if (!pkcs11::needs_login(token, setup.module.quirks)) return list.pass(Check::pin_state, "the token wants no login");
  try {
    pkcs11::Login login;
    login.user_type = setup.user_type;
    const bool at_pad = token.own_pin_pad && !setup.pin_source;
    login.attended = at_pad || (will_be_needed && platform::is_attended(source_of(setup, surroundings)));
    if (!token.user_pin_set && setup.user_type == 1) {
      return list.fail(Check::pin_state, "token " + base::quoted(token.label) + " has no user PIN yet",
                       {{"the security officer sets it:", "  " + token_command("unlock", setup, token)}, {}});
    }
    pkcs11::require_usable_pin(token, login);
    if (token.pin_count_low || token.pin_final_try) {
      return list.warn(Check::pin_state,
                       token.pin_final_try ? "one try is left; a wrong PIN locks the token"
                                           : "wrong PINs have been tried since the last right one",
                       {{"an accepted PIN gives all tries back"}, {}});
    }
    list.pass(Check::pin_state, at_pad ? "the token has its own pad" : "not locked, no wrong tries");
  } catch (const Error& error) {
    Remedy remedy = remedy_of(error);
    const char* verb = token.pin_locked ? "unlock" : token.pin_to_be_changed ? "set-pin" : nullptr;
    if (verb != nullptr) remedy.details.push_back("  " + token_command(verb, setup, token));
    list.fail(Check::pin_state, error.message(), remedy);
  }
}

void check_mechanism(Checklist& list, const pkcs11::Inspection& inspection, const pkcs11::Probe& probe) {
  if (inspection.mechanism.empty()) return list.skip(Check::mechanism, "it depends on the key, which is not visible");
  const pkcs11::ProbedToken* token = find_probed(probe, inspection.token.slot_id);
  const bool announced = token != nullptr && std::any_of(token->mechanisms.begin(), token->mechanisms.end(),
                                                         [&](const pkcs11::MechanismView& one) {
                                                           return one.name == inspection.mechanism;
                                                         });
  if (announced) return list.pass(Check::mechanism, inspection.mechanism);
  list.warn(Check::mechanism, "the token does not announce " + inspection.mechanism + ", which this key needs",
            {{"some sign with it all the same; --sign finds out"}, {}});
}

void check_attributes(Checklist& list, const pkcs11::KeyDetails& details) {
  const auto found = std::find_if(details.objects.begin(), details.objects.end(),
                                  [](const pkcs11::ObjectView& one) { return one.type == "private key"; });
  if (found == details.objects.end())
    return list.skip(Check::attributes, "the private half is not visible without a login: --login");
  const bool extractable = value_of(*found, "CKA_EXTRACTABLE") == "true";
  if (value_of(*found, "CKA_SIGN") == "false") {
    return list.fail(Check::attributes, "the private key may not sign: CKA_SIGN is false",
                     {{"the HSM's policy or whoever made the key decided so"}, {}});
  }
  if (value_of(*found, "CKA_SENSITIVE") == "false") {
    return list.fail(
        Check::attributes,
        std::string("the private key can be read from the token: it is not sensitive") +
            (extractable ? ", and extractable" : ""),
        {{"make a new key with notation-pkcs11 key generate, and have a certificate issued for that"}, {}});
  }
  if (extractable) {
    return list.warn(Check::attributes,
                     "the private key is extractable: it can leave the token, wrapped by another key",
                     {{"right for keys that are backed up so; otherwise make a new key"}, {}});
  }
  const std::string local = value_of(*found, "CKA_LOCAL") == "true" ? ", made on the token" : "";
  list.pass(Check::attributes, "sensitive, not extractable, may sign" + local);
}

}  // namespace operators
