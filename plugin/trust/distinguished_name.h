#pragma once

#include <string>

#include "der.h"

namespace trust {

// Reads an RDNSequence (RFC 5280 section 4.1.2.4) from its content and returns it for people: "CN=leaf,O=Acme" in the
// certificate's own order, control characters made visible; "(no name)" when it is empty. Refuses the string types and
// contents that Go's parser refuses.
std::string read_name(der::Reader name, std::string_view what);

}  // namespace trust
