#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "schema/notation_files.h"

namespace operators {

// The name that notation knows this plugin by.
inline constexpr const char* kPluginName = "pkcs11";

// Where notation v1.3.2 keeps its files (notation-go v1.3.2 dir/path.go, notation cmd/notation/main.go). Paths are as
// notation forms them: relative ones, which it makes where it finds no home, start at the working folder.
struct NotationHome {
  std::string config;   // keys, trust stores and trust policy
  std::string libexec;  // plugins
  std::string cache;

  // By $NOTATION_CONFIG, $NOTATION_LIBEXEC and $NOTATION_CACHE, else $XDG_CONFIG_HOME and $XDG_CACHE_HOME, else $HOME.
  static NotationHome locate();

  std::string config_file() const { return config + "/config.json"; }
  std::string signing_keys() const { return config + "/signingkeys.json"; }
  std::string trust_policy() const { return config + "/trustpolicy.json"; }
  // notation 2 reads this one first; notation 1 does not know it.
  std::string newer_trust_policy() const { return config + "/trustpolicy.oci.json"; }
  // `type` is ca, signingAuthority or tsa.
  std::string trust_store(std::string_view type, std::string_view name) const;
  std::string plugin_folder() const { return libexec + "/plugins/" + kPluginName; }
  std::string plugin_executable() const { return plugin_folder() + "/notation-" + kPluginName; }

  // What notation reads; nothing where there is no file. Error(invalid_settings) for a file that it refuses: links too.
  std::optional<schema::NotationKeys> read_signing_keys() const;
  std::optional<schema::TrustPolicy> read_trust_policy() const;
};

// Whether notation takes the text for the name of a trust store: letters, digits, "_", ".", "-".
bool is_trust_store_name(std::string_view name);

// Why notation cannot run this plugin, to stand behind a colon; empty when it can, as far as the file tells.
std::string fault_of_plugin(const NotationHome& home);

}  // namespace operators
