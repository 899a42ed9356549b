#include "given_settings.h"

#include "schema/plugin_config.h"

namespace signing {

schema::KeySettings settings_of(const ModuleFlags& flags) {
  schema::KeySettings settings;
  settings.module = flags.module;
  settings.chain_file = flags.chain_file;
  settings.pin_source = flags.pin_source;
  settings.so_pin_source = flags.so_pin_source;
  settings.user_type = flags.user_type;
  settings.login_user = flags.login_user;
  settings.init_args = flags.init_args;
  settings.quirks = flags.quirks;
  return settings;
}

schema::KeySettings settings_of(const std::map<std::string, std::string>& plugin_config) {
  const schema::PluginConfig entries = schema::decode_plugin_config(plugin_config);
  schema::KeySettings settings;
  settings.module = entries.module;
  settings.chain_file = entries.chain_file;
  settings.pin_source = entries.pin_source;
  settings.approval_wait = entries.approval_wait;
  return settings;
}

}  // namespace signing
