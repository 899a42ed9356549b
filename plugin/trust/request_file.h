#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"

namespace trust {

// DER of the one certification request in a file of PEM or DER. `place` begins the messages: Error(invalid_chain).
base::Bytes request_bytes(std::string_view content, const std::string& place);

}  // namespace trust
