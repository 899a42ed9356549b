#pragma once

#include <string_view>

#include "der.h"

namespace trust {

// SubjectAltName and NameConstraints (RFC 5280 sections 4.2.1.6 and 4.2.1.10) as Go's parser demands them; both throw
// through the reader. A URI must have a scheme and the characters of RFC 3986.
void check_subject_alt_name(der::Reader value);
void check_name_constraints(der::Reader value);

bool is_absolute_uri(std::string_view uri);

}  // namespace trust
