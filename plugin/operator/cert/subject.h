#pragma once

#include <string_view>

#include "trust/test_certificate.h"

namespace operators {

// "CN=release,O=Example,C=CH": attribute types C, ST, L, O, OU, CN, each at most once, a backslash before a comma that
// belongs to the value (RFC 4514 section 2.4). Throws Error(invalid_settings).
trust::Subject parse_subject(std::string_view text);

}  // namespace operators
