#include "doctor/token_report.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "new_file.h"
#include "schema/token_probe_report.h"

namespace operators {
namespace {

using base::Error;

constexpr std::size_t kMostKeys = 16;  // of a token

std::vector<std::string> flags_of(const pkcs11::TokenState& token) {
  const std::array flags{std::pair{token.initialised, "initialised"},
                         std::pair{token.login_required, "login-required"},
                         std::pair{token.user_pin_set, "user-pin-set"},
                         std::pair{token.write_protected, "write-protected"},
                         std::pair{token.own_pin_pad, "own-pin-pad"},
                         std::pair{token.pin_count_low, "pin-count-low"},
                         std::pair{token.pin_final_try, "pin-final-try"},
                         std::pair{token.pin_locked, "pin-locked"},
                         std::pair{token.pin_to_be_changed, "pin-to-be-changed"}};
  std::vector<std::string> names;
  for (const auto& [is_set, name] : flags) {
    if (is_set) names.emplace_back(name);
  }
  return names;
}

// Only what is true or false is told; of anything else, that there is a value.
schema::ProbedKey anonymous(const pkcs11::KeyDetails& details) {
  schema::ProbedKey key;
  if (details.key.public_key) key.key_spec = pkcs11::describe(*details.key.public_key);
  key.mechanisms = details.mechanisms;
  for (const pkcs11::ObjectView& object : details.objects) {
    schema::ProbedKey::Object probed{object.type, {}};
    for (const pkcs11::AttributeText& one : object.attributes) {
      const bool is_boolean = one.value == "true" || one.value == "false";
      probed.attributes.push_back({one.name, is_boolean ? one.value : "shown"});
    }
    key.objects.push_back(std::move(probed));
  }
  return key;
}

schema::ProbedTokenReport anonymous(const pkcs11::ProbedToken& probed) {
  const pkcs11::TokenState& token = probed.token;
  schema::ProbedTokenReport report;
  report.manufacturer = token.manufacturer;
  report.model = token.model;
  report.hardware_version = token.hardware_version;
  report.firmware_version = token.firmware_version;
  report.flags = flags_of(token);
  report.pin_min = token.pin_min;
  report.pin_max = token.pin_max;
  for (const pkcs11::MechanismView& one : probed.mechanisms)
    report.mechanisms.push_back({one.name, one.min, one.max, one.flags});
  return report;
}

void add_keys(schema::ProbedTokenReport& report, pkcs11::TokenService& service,
              const std::vector<pkcs11::KeyView>& keys) {
  for (const pkcs11::KeyView& key : keys) {
    if (!key.uri.names_object() || report.keys.size() >= kMostKeys) {
      ++report.unread_keys;
      continue;
    }
    try {
      pkcs11::InspectOrder order;
      order.uri = key.uri;
      report.keys.push_back(anonymous(service.describe(order, nullptr)));
    } catch (const Error&) {
      ++report.unread_keys;
    }
  }
}

const pkcs11::SurveyedToken* find_surveyed(const pkcs11::Survey& survey, unsigned long slot) {
  const auto found = std::find_if(survey.tokens.begin(), survey.tokens.end(),
                                  [&](const pkcs11::SurveyedToken& one) { return one.token.slot_id == slot; });
  return found == survey.tokens.end() ? nullptr : &*found;
}

}  // namespace

void write_token_report(const std::string& file, pkcs11::TokenService* service, const std::string& module,
                        const pkcs11::Quirks& quirks, const std::optional<pkcs11::Probe>& probe) {
  if (!probe || service == nullptr) {
    throw Error(base::ErrorKind::invalid_request, base::Phase::request,
                "there is nothing to report: no module was started", "name a KEY, or a module with --module");
  }
  NewFile written(file, false, "token report");
  schema::TokenProbeReport report;
  report.product_version = NOTATION_PKCS11_VERSION;
  report.file_name = module.substr(module.rfind('/') + 1);
  report.manufacturer = probe->module.manufacturer;
  report.description = probe->module.description;
  report.library_version = probe->module.library_version;
  report.cryptoki_version = probe->module.cryptoki_version;
  report.interface_version = probe->module.interface_version;
  report.empty_slots = probe->empty_slots;
  report.unreadable_slots = probe->remarks.size();
  for (const std::string_view name : pkcs11::all_quirk_names()) {
    if (const auto quirk = pkcs11::find_quirk(name); quirk && quirks.has(*quirk)) report.quirks.emplace_back(name);
  }
  for (const pkcs11::PhaseTime& time : probe->times)
    report.times.push_back({time.phase, time.duration});
  pkcs11::Survey survey;
  try {
    survey = service->survey({}, nullptr);
  } catch (const Error&) {
    // The report says what the probe found.
  }
  for (const pkcs11::ProbedToken& one : probe->tokens) {
    report.tokens.push_back(anonymous(one));
    if (const auto* surveyed = find_surveyed(survey, one.token.slot_id))
      add_keys(report.tokens.back(), *service, surveyed->keys);
  }
  written.write(schema::encode(report));
}

}  // namespace operators
