#pragma once

#include <string_view>

#include "schema/config.h"

namespace schema {

// Refuses a variable that holds a PIN or another secret of this file and is handed on to an approval program:
// Error(invalid_settings), which names both members.
void check_handed_on_variables(const Config& config, std::string_view file);

}  // namespace schema
