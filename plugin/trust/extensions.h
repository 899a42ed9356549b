#pragma once

#include "der.h"

namespace trust {

// Refuses an extension that Go's parser refuses (RFC 5280 section 4.2), for those whose value nobody here needs: an
// unknown one passes, critical or not.
void check_extension(base::ByteView oid, bool critical, der::Reader value);

}  // namespace trust
