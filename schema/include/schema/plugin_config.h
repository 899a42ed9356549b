#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

// What `notation key add --plugin-config` and `notation sign --plugin-config` may set for a key: text that notation
// keeps in plain files and shows in process lists, so nothing secret and nothing that loosens a rule.
namespace schema {

struct PluginConfig {
  std::optional<std::string> module;      // absolute path
  std::optional<std::string> chain_file;  // "chain_file" or "ca_certs", relative to the working folder
  std::optional<std::string> pin_source;  // "env:NAME", "file:PATH", "credential:NAME" or "prompt"
  std::optional<std::chrono::seconds> approval_wait;
};

// Errors: invalid_settings, phase settings. An entry that is unknown, belongs in the configuration file or holds a PIN
// is refused by its name with the remedy, never with its value.
PluginConfig decode_plugin_config(const std::map<std::string, std::string>& entries);

}  // namespace schema
