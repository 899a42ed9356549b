#pragma once

#include <string>
#include <vector>

#include "attributes.h"
#include "module.h"
#include "objects.h"

namespace pkcs11 {

struct Handles {
  std::vector<CK_OBJECT_HANDLE> handles;
  bool cut = false;  // there were more than the limit
};

// One search, always finished, also after an error. An empty template finds every object that is visible.
Handles find_handles(const Module& module, CK_SESSION_HANDLE session, AttributeTemplate& wanted, std::size_t limit);

// Reads what a key or certificate is; other classes come back with their class and label alone.
Object read_object(const Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE handle);

// The keys and certificates that match, in the module's order. At most 1024 objects; more throw Error(ambiguous_key).
std::vector<Object> find_objects(const Module& module, CK_SESSION_HANDLE session, AttributeTemplate wanted);

// Likewise, for the URI's object attributes: CKA_LABEL and CKA_ID, of any class.
std::vector<Object> find_objects(const Module& module, CK_SESSION_HANDLE session, const Uri& uri);

}  // namespace pkcs11
