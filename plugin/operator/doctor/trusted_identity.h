#pragma once

#include <string>
#include <string_view>

namespace operators {

// Whether an entry of trustedIdentities accepts a leaf: it is "*", or each of its attributes is one of the subject's,
// as notation compares them (notation-go v1.3.2 internal/pkix IsSubsetDN). `subject` is an RFC 4514 name, empty where
// notation cannot name the leaf. An entry that cannot be read accepts none.
bool identity_accepts(std::string_view identity, std::string_view subject);

}  // namespace operators
