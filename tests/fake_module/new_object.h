#pragma once

#include "module.h"

namespace fake {

struct NewPair {
  Object public_key;
  Object private_key;
};

// Objects from the templates of C_CreateObject (certificates alone) and C_GenerateKeyPair, checked as PKCS#11 v2.40
// section 4.1 wants it. All throw Refusal.
Object certificate_of_template(const Rules& rules, Template given);
NewPair generate_pair(const Rules& rules, const CK_MECHANISM& mechanism, Template public_template,
                      Template private_template);

// Whether the session may create it: read-write for token objects, a login for private ones.
void check_may_keep(const Session& session, const Object& object);
// Puts it on the token, in the state folder too if there is one.
CK_OBJECT_HANDLE keep_object(Module& module, Session& session, Object object);

}  // namespace fake
