#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "doctor/registered_key.h"
#include "doctor/surroundings.h"
#include "explain/commands.h"
#include "explain/near_matches.h"
#include "help_text.h"
#include "notation/program.h"

namespace operators {
namespace {

using base::Error;

constexpr std::size_t kWidth = 80, kSettingColumn = 22;

// Where notation's list of keys cannot be read, the key is what it says of itself.
std::optional<schema::NotationKeys> read_keys(const NotationHome& home, std::vector<std::string>& remarks) {
  try {
    return home.read_signing_keys();
  } catch (const Error& error) {
    remarks.push_back(error.message());
    return std::nullopt;
  }
}

std::string sign_command(const RegisteredKey& key, const signing::KeySetup& setup) {
  std::vector<std::string> words{"notation", "sign"};
  if (!key.name.empty()) {
    words.insert(words.end(), {"--key", key.name});
  } else {
    words.insert(words.end(), {"--plugin", kPluginName, "--id", key.id});
    const auto add = [&](const char* name, const std::optional<std::string>& flag, const std::string& value) {
      if (flag) words.insert(words.end(), {"--plugin-config", std::string(name) + "=" + value});
    };
    add("module", key.flags.module, setup.module.path);
    add("chain_file", key.flags.chain_file, setup.chain_file);
    add("pin_source", key.flags.pin_source, key.flags.pin_source.value_or(""));
  }
  words.emplace_back("REFERENCE");
  return shell_line(words);
}

// The command would sign without what only the configuration file can say.
void remark_on_lost_flags(schema::ExplainReport& report, const RegisteredKey& key) {
  if (!key.name.empty()) return;
  const auto lose = [&](const char* flag, bool is_given) {
    if (is_given)
      report.remarks.push_back(std::string(flag) +
                               " cannot be handed on to notation: set it for a key in the configuration file");
  };
  lose("--init-args", key.flags.init_args.has_value());
  lose("--quirk", key.flags.quirks.has_value());
  lose("--user-type", key.flags.user_type.has_value());
  lose("--login-user", key.flags.login_user.has_value());
}

std::vector<schema::ExplainedSetting> settings_of(const signing::KeyPlan& plan, const RegisteredKey& key,
                                                  Surroundings& surroundings) {
  std::vector<schema::ExplainedSetting> settings;
  for (const signing::SettingOrigin& one : plan.origins) {
    schema::ExplainedSetting setting{one.setting, one.value, one.origin};
    const bool is_notations = std::find(key.completed.begin(), key.completed.end(), one.setting) != key.completed.end();
    if (is_notations && one.origin == "the command line")
      setting.origin = "key " + base::quoted(key.name) + " of notation";
    if (one.setting == "pin_source" && one.value.empty()) {
      const bool is_set = surroundings.secrets().find(platform::kPinVariable) != nullptr;
      setting.value = is_set ? std::string("environment variable ") + platform::kPinVariable : "prompt";
    }
    settings.push_back(std::move(setting));
  }
  return settings;
}

// What the module shows of the key. The error is the one that a signature would end with.
std::optional<Error> look(schema::ExplainReport& report, const signing::KeySetup& planned, const RegisteredKey& key,
                          const signing::Settings& settings, Surroundings& surroundings) {
  try {
    const signing::KeySetup setup = settings.key(key.id, key.flags);
    pkcs11::TokenService& service = surroundings.start(setup);
    service.load(setup.module);
    sort_keys(service.survey({}, nullptr), planned.uri, report);
    pkcs11::InspectOrder order;
    order.uri = setup.uri;
    const pkcs11::Inspection found = service.inspect(order, nullptr);
    for (const std::string& remark : found.remarks)
      report.remarks.push_back(base::printable(remark));
    return std::nullopt;
  } catch (const Error& error) {
    report.problem = error.message();
    return error;
  }
}

void print(const char* title, const std::vector<schema::ExplainedKey>& keys) {
  if (keys.empty()) return;
  std::cout << title << "\n";
  for (const schema::ExplainedKey& key : keys) {
    std::cout << "  " << key.uri << (key.key_spec.empty() ? "" : "  (" + key.key_spec + ")") << "\n";
    for (const schema::Difference& difference : key.differences) {
      std::cout << "    " << difference.attribute << " is " << base::quoted(difference.found) << ", wanted "
                << base::quoted(difference.wanted) << "\n";
    }
  }
}

// By who set them, in the order in which they come up.
void print_settings(const std::vector<schema::ExplainedSetting>& settings) {
  std::vector<std::string> origins;
  std::string unset;
  for (const schema::ExplainedSetting& one : settings) {
    if (one.value.empty()) {
      unset += (unset.empty() ? "" : ", ") + one.setting;
    } else if (std::find(origins.begin(), origins.end(), one.origin) == origins.end()) {
      origins.push_back(one.origin);
    }
  }
  for (const std::string& origin : origins) {
    std::cout << (origin == "default" ? "by default" : "set by " + base::printable(origin, 4096)) << "\n";
    for (const schema::ExplainedSetting& one : settings) {
      if (one.origin != origin || one.value.empty()) continue;
      std::cout << "  " << one.setting
                << std::string(kSettingColumn - std::min(kSettingColumn - 1, one.setting.size()), ' ') << one.value
                << "\n";
    }
  }
  if (!unset.empty()) std::cout << "not set\n  ";
  for (const char letter : wrap(unset, kWidth - 2))
    std::cout << letter << (letter == '\n' ? "  " : "");
  if (!unset.empty()) std::cout << "\n";
}

void print(const schema::ExplainReport& report) {
  std::cout << "key " << base::quoted(report.key) << "\n";
  if (!report.uri.empty() && report.uri != report.key) std::cout << "  " << report.uri << "\n";
  print("matches", report.matched);
  if (report.matched.empty() && report.problem.empty() && !report.uri.empty())
    std::cout << "matches nothing that is visible without a login\n";
  print("nearly matches", report.nearly);
  for (const std::string& remark : report.remarks)
    std::cout << wrap("note: " + remark, kWidth) << "\n";
  print_settings(report.settings);
  std::cout << "to sign\n  " << report.command << "\n";
}

}  // namespace

void explain(const ExplainFlags& flags) {
  Surroundings surroundings;
  const signing::Settings settings = signing::Settings::load(surroundings.context().files);
  schema::ExplainReport report;
  const NotationHome home = NotationHome::locate();
  const auto keys = read_keys(home, report.remarks);
  const RegisteredKey key = find_registered(keys ? &*keys : nullptr, flags.key, flags.module, settings.key_names());
  const signing::KeyPlan plan = settings.plan(key.id, key.flags);

  report.key = pkcs11::shown(flags.key);
  if (!plan.setup.at_service) report.uri = pkcs11::format_uri(plan.setup.uri);
  report.settings = settings_of(plan, key, surroundings);
  report.command = sign_command(key, plan.setup);
  remark_on_lost_flags(report, key);
  std::optional<Error> problem;
  if (plan.setup.at_service) {
    report.remarks.emplace_back("a service holds the key, no token");
  } else {
    problem = look(report, plan.setup, key, settings, surroundings);
  }
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    print(report);
  }
  if (problem) throw *problem;
}

}  // namespace operators
