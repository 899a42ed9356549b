#include "key/mentions.h"

#include <algorithm>

#include "base/error.h"
#include "notation/home.h"
#include "signing/settings.h"

namespace operators {
namespace {

// Nothing that the one says differs from what the other says.
bool may_mean(const pkcs11::Uri& named, const pkcs11::Uri& key) {
  const auto agree = [](const auto& a, const auto& b) { return !a || !b || *a == *b; };
  return named.names_object() && agree(named.token, key.token) && agree(named.serial, key.serial) &&
         agree(named.object, key.object) && agree(named.id, key.id);
}

std::vector<std::string> configured_names(const pkcs11::Uri& key) {
  std::vector<std::string> names;
  try {
    const auto settings = signing::Settings::load(signing::SettingsFiles::locate());
    for (const std::string& name : settings.key_names()) {
      try {
        if (may_mean(settings.plan(name, {}).setup.uri, key)) names.push_back(name);
      } catch (const base::Error&) {
        continue;
      }
    }
  } catch (const base::Error&) {
    return {};
  }
  return names;
}

bool is_id_of(const std::string& id, const pkcs11::Uri& key, const std::vector<std::string>& configured) {
  if (!pkcs11::looks_like_uri(id)) return std::ranges::find(configured, id) != configured.end();
  try {
    return may_mean(pkcs11::parse_uri(id), key);
  } catch (const base::Error&) {
    return false;
  }
}

std::vector<std::string> registered_names(const pkcs11::Uri& key, const std::vector<std::string>& configured) {
  std::vector<std::string> names;
  try {
    const auto keys = NotationHome::locate().read_signing_keys();
    if (!keys) return {};
    for (const schema::NotationKey& known : keys->keys) {
      if (known.plugin_name == kPluginName && is_id_of(known.id, key, configured)) names.push_back(known.name);
    }
  } catch (const base::Error&) {
    return {};
  }
  return names;
}

}  // namespace

KeyMentions mentions_of(const pkcs11::Uri& key) {
  KeyMentions mentions;
  mentions.configured = configured_names(key);
  mentions.registered = registered_names(key, mentions.configured);
  return mentions;
}

}  // namespace operators
