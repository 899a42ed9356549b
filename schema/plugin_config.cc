#include "schema/plugin_config.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "approval_members.h"
#include "base/bytes.h"
#include "base/error.h"
#include "schema/config.h"
#include "settings_text.h"

namespace schema {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& cause, const std::string& hint = {}) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    "cannot use the plugin-config entry " + base::printable(name) + ": " + cause, hint);
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

std::optional<std::chrono::seconds> whole_seconds(const std::string& text) {
  std::chrono::seconds::rep count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, count);
  if (text.empty() || fault != std::errc() || rest != end || text.front() == '-') return std::nullopt;
  if (std::chrono::seconds(count) > kLongestApprovalWait) return std::nullopt;
  return std::chrono::seconds(count);
}

[[noreturn]] void refuse_unknown(const std::string& name, const std::vector<std::string>& known) {
  if (name == "approval") {
    refuse(name, "it belongs in the configuration file",
           "who has to agree is not for the one who wants to sign to say; set it for the key there");
  }
  if (names_a_pin(name)) refuse(name, "a PIN does not belong there", std::string(kPinRemedy));
  const ConfigMembers members = config_members();
  if (contains(members.key, name) || contains(members.timeouts, name)) {
    refuse(name, "it can only be set in the configuration file", "set it for the key there and name the key with --id");
  }
  if (contains(members.top, name) || contains(members.administrator_only, name)) {
    refuse(name, "it can only be set in the configuration file");
  }
  if (is_unsupported_setting(name)) {
    refuse(name, "this release of notation-pkcs11 does not have this setting",
           "use a release that has it, or take it out; it is never passed over silently");
  }
  const std::string closest = nearest(name, known);
  refuse(name, "there is no such setting" + (closest.empty() ? "" : "; did you mean " + closest + "?"),
         "known: module, chain_file (or ca_certs), pin_source, approval_wait; everything else belongs in the "
         "configuration file");
}

}  // namespace

PluginConfig decode_plugin_config(const std::map<std::string, std::string>& entries) {
  const std::vector<std::string> known{"module", "chain_file", "ca_certs", "pin_source", "approval_wait"};
  PluginConfig config;
  for (const auto& [name, value] : entries) {
    std::string fault;
    if (name == "module") {
      fault = fault_in_module(value);
      config.module = value;
    } else if (name == "chain_file" || name == "ca_certs") {
      if (config.chain_file) refuse("ca_certs", "it is another name for chain_file; set one of them");
      fault = fault_in_path(value);
      config.chain_file = value;
    } else if (name == "pin_source") {
      fault = fault_in_pin_source(value);
      config.pin_source = value;
    } else if (name == "approval_wait") {
      config.approval_wait = whole_seconds(value);
      if (!config.approval_wait) {
        fault = "must be a whole number of seconds from 0 to " + std::to_string(kLongestApprovalWait.count());
      }
    } else {
      refuse_unknown(name, known);
    }
    if (!fault.empty()) refuse(name, "it " + fault);
  }
  return config;
}

}  // namespace schema
