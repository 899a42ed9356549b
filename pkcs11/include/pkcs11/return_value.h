#pragma once

#include <string>

#include "base/error.h"

namespace pkcs11 {

// "CKR_DEVICE_ERROR"; a vendor's or an unknown value as "0x80000123". Knows the standard's names up to v3.2, and the
// five whose number differs between the standard and p11-kit's header under both numbers.
std::string name_of_return_value(base::ReturnValue value);

// What a return value of C_Sign says about the signature. True: by specification (PKCS#11 v2.40 section 5.1) nothing
// was signed. False: the token may have signed, and signing again might make a second signature.
bool proves_nothing_was_signed(base::ReturnValue value);

// The few of those after which one more try on a new worker may go better: session, login or token had gone.
bool may_be_repeated_on_a_new_worker(base::ReturnValue value);

}  // namespace pkcs11
