#pragma once

#include <string>

#include "cryptoki.h"

namespace pkcs11 {

// "CKM_ECDSA"; a vendor's or a rare mechanism as "0x80000123". Names are those of PKCS#11 v3.2.
std::string name_of_mechanism(CK_MECHANISM_TYPE type);

}  // namespace pkcs11
