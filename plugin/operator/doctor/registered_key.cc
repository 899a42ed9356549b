#include "doctor/registered_key.h"

#include <algorithm>

#include "base/error.h"
#include "pkcs11/uri.h"

namespace operators {
namespace {

std::optional<pkcs11::Uri> path_of(const std::string& text) {
  if (!pkcs11::looks_like_uri(text)) return std::nullopt;
  try {
    pkcs11::Uri uri = pkcs11::parse_uri(text);
    uri.module_path.reset();
    uri.pin_source.reset();
    return uri;
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

bool is_ours(const schema::NotationKey& key) {
  return key.plugin_name == kPluginName;
}

const schema::NotationKey* find(const schema::NotationKeys& keys, const std::string& key, bool name_counts) {
  const auto by_id = std::find_if(keys.keys.begin(), keys.keys.end(), [&](const schema::NotationKey& one) {
    return is_ours(one) && same_key_id(one.id, key);
  });
  if (by_id != keys.keys.end()) return &*by_id;
  const schema::NotationKey* by_name = name_counts ? keys.find(key) : nullptr;
  return by_name != nullptr && is_ours(*by_name) ? by_name : nullptr;
}

}  // namespace

bool same_key_id(const std::string& one, const std::string& other) {
  if (one == other) return true;
  const auto left = path_of(one), right = path_of(other);
  return left && right && *left == *right;
}

RegisteredKey find_registered(const schema::NotationKeys* keys, const std::string& key, signing::ModuleFlags flags,
                              const std::vector<std::string>& configured_names) {
  RegisteredKey registered{key, {}, std::move(flags), {}};
  const bool is_configured = std::find(configured_names.begin(), configured_names.end(), key) != configured_names.end();
  const schema::NotationKey* found = keys == nullptr ? nullptr : find(*keys, key, !is_configured);
  if (found == nullptr) return registered;
  registered.name = found->name;
  if (found->name == key && found->id != key && !is_configured) registered.id = found->id;
  const auto complete = [&](const char* entry, std::string setting, std::optional<std::string>& flag) {
    const auto value = found->plugin_config.find(entry);
    if (flag || value == found->plugin_config.end()) return;
    flag = value->second;
    registered.completed.push_back(std::move(setting));
  };
  complete("module", "module", registered.flags.module);
  complete("chain_file", "chain_file", registered.flags.chain_file);
  complete("ca_certs", "chain_file", registered.flags.chain_file);
  complete("pin_source", "pin_source", registered.flags.pin_source);
  return registered;
}

}  // namespace operators
