#pragma once

#include <string>

#include "base/bytes.h"
#include "trust/subject.h"

namespace trust {

// A certificate's subject as an identity of notation's trust policy names it (Notary Project specification "Trust store
// and trust policy"; notation-go v1.3.2 internal/pkix): attributes C, ST and O are required, each type stands once, and
// no RDN has several.
struct PolicySubject {
  std::string name;   // "C=CH,ST=ZH,O=Example\, Ltd.", RFC 4514 section 2.4; empty where notation cannot name it
  std::string fault;  // why not, to stand behind "it": "has no ST and no O"
};

// Of a name's DER, with its header. Error(invalid_chain) where it cannot be read.
PolicySubject policy_subject(base::ByteView name);
PolicySubject policy_subject(const Subject& subject);

// Whether the name has exactly these attributes, in whatever order and string types.
bool is_subject(base::ByteView name, const Subject& subject);

}  // namespace trust
