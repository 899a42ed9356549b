#pragma once

#include <string>
#include <string_view>

namespace pkcs11 {

// Where the library of this file name finds its configuration, as one line of advice; empty when the name is not known.
// For modules that fail to initialise: that is nearly always a configuration that they did not find.
std::string vendor_hint(std::string_view module_path);

}  // namespace pkcs11
