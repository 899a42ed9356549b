#pragma once

#include <string>
#include <vector>

#include "der.h"

namespace trust {

// Reads an RDNSequence (RFC 5280 section 4.1.2.4) from its content and returns it for people: "CN=leaf,O=Acme" in the
// certificate's own order, control characters made visible; "(no name)" when it is empty. Refuses the string types and
// contents that Go's parser refuses.
std::string read_name(der::Reader name, std::string_view what);

// One attribute of a name: type as "CN" or the object identifier in digits, value as UTF-8.
struct NameAttribute {
  std::string type, value;
  bool has_company = false;  // its RDN has several
};

// The same for programs, values as they are. Refuses what read_name refuses.
std::vector<NameAttribute> name_attributes(der::Reader name, std::string_view what);

// UTF-8 as RFC 3629 has it: shortest form, no surrogates, nothing above U+10FFFF.
bool is_utf8(base::ByteView text);

}  // namespace trust
