#include "approval/policies.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/error.h"
#include "trust/public_key.h"

namespace approval {
namespace {

bool is_relative(const std::string& path) {
  return !path.empty() && !path.starts_with('/');
}

bool is_relative_file(const schema::SecretSource& source) {
  constexpr std::string_view kScheme = "file:";
  return source.starts_with(kScheme) && is_relative(source.substr(kScheme.size()));
}

bool has_relative_paths(const schema::ApprovalSettings& settings) {
  if (!settings.securosys_tsb) return false;  // programs have absolute paths
  const schema::TsbSettings& tsb = *settings.securosys_tsb;
  const schema::TsbConnection& connection = tsb.connection;
  const auto paths = {connection.client_certificate, connection.client_key, connection.ca_file, tsb.application_key};
  if (std::any_of(paths.begin(), paths.end(), is_relative)) return true;
  const auto holds = [](const std::vector<schema::SecretSource>& sources) {
    return std::any_of(sources.begin(), sources.end(), is_relative_file);
  };
  if (holds(connection.key_management_api_keys) || holds(connection.key_operation_api_keys) ||
      holds(connection.approver_api_keys)) {
    return true;
  }
  const auto secrets = {connection.token, connection.client_key_password, tsb.key_password,
                        tsb.application_key_password};
  return std::any_of(secrets.begin(), secrets.end(),
                     [](const auto& source) { return source && is_relative_file(*source); });
}

// Relative paths mean other files in another folder.
bool agree(const Policy& one, const Policy& other) {
  return one.settings == other.settings && (one.folder == other.folder || !has_relative_paths(one.settings));
}

}  // namespace

Policies::Policies(std::vector<Policy> policies) : policies_(std::move(policies)) {
  for (const Policy& policy : policies_) {
    const Policy* first = find(policy.settings.public_key);
    if (agree(*first, policy)) continue;
    throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                      "one public key has two different approvals: key " + base::quoted(first->key_name) + " in " +
                          base::printable(first->origin) + " and key " + base::quoted(policy.key_name) + " in " +
                          base::printable(policy.origin),
                      "an approval belongs to the public key: keep one of the two");
  }
}

const Policy* Policies::find(const std::string& key_sha256) const {
  const auto found = std::find_if(policies_.begin(), policies_.end(),
                                  [&](const Policy& policy) { return policy.settings.public_key == key_sha256; });
  return found == policies_.end() ? nullptr : &*found;
}

const Policy* Policies::of_name(const std::string& key_name) const {
  const auto found = std::find_if(policies_.begin(), policies_.end(),
                                  [&](const Policy& policy) { return policy.key_name == key_name; });
  return found == policies_.end() ? nullptr : &*found;
}

Grant Policies::none_needed(const pkcs11::PublicKey& key) const {
  Grant grant;
  grant.key_ = trust::spki_sha256(key);
  if (find(grant.key_) != nullptr) {
    throw base::Error(base::ErrorKind::internal, base::Phase::approval,
                      "a key with an approval policy was to be used without asking");
  }
  return grant;
}

}  // namespace approval
