#pragma once

#include <map>
#include <string>

#include "schema/config.h"
#include "signing/settings.h"

namespace signing {

// How the one who names the key gives its parts, for texts: through notation, or with a command's flags.
struct Wording {
  const char* settings;    // where settings beside the files come from
  const char* quoted_uri;  // an example
  const char* module;      // an example
  const char* pin_source;  // names of the settings
  const char* so_pin_source;
};

inline constexpr Wording kNotation{"plugin-config", "--id 'pkcs11:token=...;object=...'",
                                   "--plugin-config module=/usr/lib/....so", "pin_source", "so_pin_source"};
inline constexpr Wording kFlags{"the command line", "notation-pkcs11 ... 'pkcs11:token=...;object=...'",
                                "--module /usr/lib/....so", "--pin-source", "--so-pin-source"};

// What stands beside the configuration files, in their terms. Error(invalid_settings) for entries of plugin-config.
schema::KeySettings settings_of(const ModuleFlags& flags);
schema::KeySettings settings_of(const std::map<std::string, std::string>& plugin_config);

}  // namespace signing
