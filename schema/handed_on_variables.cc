#include "handed_on_variables.h"

#include <map>

#include "base/bytes.h"
#include "json.h"

namespace schema {
namespace {

// Every variable that the file reads a secret from, and a member that names it.
class SecretVariables {
 public:
  explicit SecretVariables(const Config& config) {
    for (const auto& [name, key] : config.keys) {
      const std::string path = "keys." + base::printable(name, name.size());
      add(key.pin_source, path + ".pin_source");
      add(key.so_pin_source, path + ".so_pin_source");
      if (key.approval && key.approval->securosys_tsb) add(*key.approval->securosys_tsb, path + ".approval");
    }
    if (!config.approver) return;
    add(config.approver->pin_source, "approver.pin_source");
    add(config.approver->key_password, "approver.key_password");
    if (config.approver->securosys_tsb) add(*config.approver->securosys_tsb, "approver.securosys_tsb");
  }

  // Empty when no secret is read from it.
  std::string member_of(const std::string& variable) const {
    const auto found = members_.find(variable);
    return found == members_.end() ? "" : found->second;
  }

 private:
  void add(const std::optional<SecretSource>& source, const std::string& member) {
    constexpr std::string_view kScheme = "env:";
    if (source && source->starts_with(kScheme)) members_.emplace(source->substr(kScheme.size()), member);
  }

  void add(const std::vector<SecretSource>& sources, const std::string& member) {
    for (const SecretSource& source : sources)
      add(std::optional(source), member);
  }

  void add(const TsbConnection& connection, const std::string& path) {
    add(connection.token, path + ".token");
    add(connection.client_key_password, path + ".client_key_password");
    add(connection.key_management_api_keys, path + ".key_management_api_keys");
    add(connection.key_operation_api_keys, path + ".key_operation_api_keys");
    add(connection.approver_api_keys, path + ".approver_api_keys");
  }

  void add(const TsbSettings& settings, const std::string& approval) {
    const std::string path = approval + ".securosys_tsb";
    add(settings.connection, path);
    add(settings.key_password, path + ".key_password");
    add(settings.application_key_password, path + ".application_key_password");
  }

  std::map<std::string, std::string> members_;
};

}  // namespace

void check_handed_on_variables(const Config& config, std::string_view file) {
  const SecretVariables secrets(config);
  for (const auto& [name, key] : config.keys) {
    if (!key.approval || !key.approval->exec) continue;
    for (const std::string& variable : key.approval->exec->environment) {
      const std::string member = secrets.member_of(variable);
      if (member.empty()) continue;
      refuse_file(file,
                  "keys." + name + ".approval.exec.environment hands " + variable + " on, and " + member +
                      " reads a secret from it",
                  "a PIN or another secret of this program is never handed on: give the program a variable of its own");
    }
  }
}

}  // namespace schema
