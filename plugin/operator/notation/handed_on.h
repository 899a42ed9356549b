#pragma once

#include <map>
#include <string>

#include "signing/settings.h"

namespace operators {

// What `notation key add --plugin-config` keeps of a command's flags: entries with absolute paths, since notation may
// run in another folder. Error(invalid_settings) for a path that cannot be made one.
std::map<std::string, std::string> plugin_config_of(const signing::ModuleFlags& flags);

// A flag that is given and that only the configuration file can say in its place; null: there is none.
const char* flag_not_handed_on(const signing::ModuleFlags& flags);

}  // namespace operators
