#include <iostream>

#include "doctor/commands.h"
#include "doctor/examination.h"
#include "doctor/module_alone.h"
#include "doctor/notation_checks.h"
#include "doctor/own_state.h"
#include "doctor/token_report.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;

// What both the machine alone and a key begin with.
std::vector<Check> first_checks() {
  return {Check::configuration, Check::settings, Check::state_folder, Check::pin_source,  Check::clock,
          Check::notation,      Check::plugin,   Check::notation_key, Check::default_key, Check::trust_policy};
}

std::vector<Check> plan_of(const DoctorFlags& flags, bool at_service) {
  std::vector<Check> plan = first_checks();
  const bool has_key = !flags.key.empty();
  if (!has_key) {
    std::erase(plan, Check::settings);
    std::erase(plan, Check::notation_key);
  }
  const bool has_module = has_key ? !at_service : flags.token.module.module.has_value();
  if (has_module) {
    plan.insert(plan.end(), {Check::module_file, Check::vendor_settings, Check::load, Check::initialise, Check::token,
                             Check::pin_state, Check::login});
  }
  if (has_key && has_module) plan.insert(plan.end(), {Check::key, Check::mechanism, Check::attributes});
  if (has_key) {
    plan.insert(plan.end(), {Check::certificates, Check::key_match, Check::trusted_root, Check::approval, Check::audit,
                             Check::signature});
  }
  return plan;
}

std::optional<schema::NotationKeys> read_keys(const NotationHome& home, std::optional<Error>& error) {
  try {
    return home.read_signing_keys();
  } catch (const Error& refusal) {
    error = refusal;
    return std::nullopt;
  }
}

struct Patient {
  std::optional<signing::Settings> settings;
  std::optional<RegisteredKey> key;
  std::optional<signing::KeyPlan> plan;
};

void find_key(Patient& patient, const DoctorFlags& flags, const schema::NotationKeys* keys) {
  if (flags.key.empty() || !patient.settings) return;
  patient.key = find_registered(keys, flags.key, flags.token.module, patient.settings->key_names());
}

void check_own_state(Checklist& list, Patient& patient, const signing::SettingsFiles& files,
                     Surroundings& surroundings) {
  const std::optional<signing::KeySetup> setup = patient.plan ? std::optional(patient.plan->setup) : std::nullopt;
  bool needs_state = false;
  if (setup && patient.settings) needs_state = patient.settings->policies().of_name(setup->name) != nullptr;
  check_state_folder(list, needs_state);
  if (!setup || !setup->at_service) {
    check_pin_source(list, setup ? setup->pin_source : std::nullopt, surroundings);
  }
  std::vector<std::string> dated{own_executable(), files.administrator, files.user};
  if (setup) dated.push_back(setup->chain_file);
  if (setup && setup->pin_source && setup->pin_source->kind == platform::PinSourceKind::file)
    dated.push_back(setup->pin_source->value);
  check_clock(list, surroundings.context().clock, dated);
}

void check_all_of_notation(Checklist& list, const NotationHome& home, const schema::NotationKeys* keys,
                           const std::optional<Error>& keys_error, const Patient& patient, const std::string& key) {
  check_notation(list);
  check_plugin(list, home);
  if (keys_error) {
    list.fail(Check::notation_key, *keys_error);
  } else {
    const RegisteredKey* known = patient.plan ? &*patient.key : nullptr;
    if (known != nullptr) check_notation_key(list, keys, *known);
    check_default_key(list, keys, known);
  }
  check_trust_policy(list, home, key);
}

// In a few words.
std::string text_of(const signing::KeyPlan& plan) {
  if (plan.setup.at_service) return "a key at a service";
  return pkcs11::format_uri(plan.setup.uri);
}

[[noreturn]] void refuse(const Checklist& list) {
  std::string titles;
  for (const std::string& title : list.failed())
    titles += (titles.empty() ? "" : ", ") + title;
  throw Error(ErrorKind::not_capable, base::Phase::none, "something is wrong: " + titles);
}

[[noreturn]] void refuse_flag(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::invalid_request, base::Phase::request, message, hint);
}

// A flag that would say nothing is a mistake.
void require_sensible(const DoctorFlags& flags) {
  if (!flags.key.empty()) {
    if (!flags.token.token.empty()) refuse_flag("--token does not go with a KEY", "the key's URI names its token");
    return;
  }
  if (flags.sign) refuse_flag("--sign wants the KEY that is to sign", "notation-pkcs11 doctor KEY --sign");
  if (flags.token.module.chain_file) refuse_flag("--chain-file wants the KEY that it is for", "name a KEY");
  if (flags.token.module.module) return;
  const char* flag = !flags.token.token.empty() ? "--token" : flags.login ? "--login" : nullptr;
  if (flag != nullptr) refuse_flag(std::string(flag) + " wants a KEY or a module", "name a KEY, or --module PATH");
}

}  // namespace

void examine(const DoctorFlags& flags) {
  require_sensible(flags);
  Surroundings surroundings;
  const NotationHome home = NotationHome::locate();
  const signing::SettingsFiles& files = surroundings.context().files;
  std::optional<Error> keys_error;
  const std::optional<schema::NotationKeys> keys = read_keys(home, keys_error);
  const schema::NotationKeys* known = keys ? &*keys : nullptr;

  Patient patient;
  std::optional<Error> settings_error;
  Checklist first({Check::configuration}, false);
  patient.settings = check_configuration(first, files);
  find_key(patient, flags, known);
  if (patient.key) {
    try {
      patient.plan = patient.settings->plan(patient.key->id, patient.key->flags);
    } catch (const Error& error) {
      settings_error = error;
    }
  }

  Checklist list(plan_of(flags, patient.plan && patient.plan->setup.at_service), !flags.json);
  check_configuration(list, files);
  if (settings_error) list.fail(Check::settings, *settings_error);
  if (patient.plan) list.pass(Check::settings, text_of(*patient.plan));
  check_own_state(list, patient, files, surroundings);
  check_all_of_notation(list, home, known, keys_error, patient, flags.key);

  std::optional<pkcs11::Probe> probe;
  if (patient.plan) {
    Examination examination(list, surroundings, flags, home, *patient.key, patient.plan->setup);
    examination.run();
    probe = examination.probe();
  } else if (flags.key.empty() && flags.token.module.module && patient.settings) {
    probe = check_module_alone(list, surroundings, *patient.settings, flags);
  } else if (flags.key.empty() && patient.settings) {
    check_known_modules(list, surroundings, *patient.settings);
  }
  list.finish();
  const std::string module = patient.plan ? patient.plan->setup.module.path : flags.token.module.module.value_or("");
  if (flags.json) {
    std::cout << schema::encode(schema::DoctorReport{pkcs11::shown(flags.key), module, list.entries()});
  }
  if (!flags.report.empty()) {
    const pkcs11::Quirks quirks =
        patient.plan ? patient.plan->setup.module.quirks : flags.token.module.quirks.value_or(pkcs11::Quirks{});
    write_token_report(flags.report, probe ? &surroundings.service() : nullptr, module, quirks, probe);
    (flags.json ? std::cerr : std::cout) << "wrote " << base::printable(flags.report) << "\n";
  }
  if (!list.failed().empty()) refuse(list);
}

}  // namespace operators
