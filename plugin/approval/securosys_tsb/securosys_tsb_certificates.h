#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace approval {

// The certificates in a reply of the service, DER, in their order; nobody has looked into them yet. `place` names the
// reply in texts. Errors: service_failed for a reply in no known form, invalid_chain for PEM that cannot be read.
std::vector<base::Bytes> read_tsb_certificates(const std::string& body, const std::string& place);

// DER elements that stand one after another. From the first header that is none of a SEQUENCE, the rest is one piece:
// whoever parses it complains.
std::vector<base::Bytes> split_der(base::ByteView bytes);

}  // namespace approval
