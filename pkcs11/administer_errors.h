#pragma once

#include "module.h"

namespace pkcs11 {

// The error for what C_InitToken, C_InitPIN, C_SetPIN or the login before them answered, in the words that fit there:
// the general ones speak of signing. `what` as for Module::error; `hint` goes where there is nothing better to say.
base::Error administer_error(const Module& module, base::Phase phase, CK_RV answer, const std::string& what,
                             const std::string& hint = {});

// Likewise when the PIN in question was the security officer's; `tries` is what tries_left says.
base::Error officer_error(const Module& module, base::Phase phase, CK_RV answer, const std::string& what,
                          const std::string& tries);

// Likewise when the answer may be about a new PIN.
base::Error new_pin_error(const Module& module, base::Phase phase, CK_RV answer, const std::string& what,
                          const std::string& lengths);

}  // namespace pkcs11
