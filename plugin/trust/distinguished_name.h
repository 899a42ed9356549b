#pragma once

#include <string>

#include "der.h"

namespace trust {

// Reads an RDNSequence (RFC 5280 section 4.1.2.4) from its content and returns it for people: "CN=leaf,O=Acme" in the
// certificate's own order, control characters made visible; "(no name)" when it is empty. Refuses the string types and
// contents that Go's parser refuses.
std::string read_name(der::Reader name, std::string_view what);

// UTF-8 as RFC 3629 has it: shortest form, no surrogates, nothing above U+10FFFF.
bool is_utf8(base::ByteView text);

}  // namespace trust
