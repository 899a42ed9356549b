#include "administer.h"

namespace pkcs11 {

TokenState administer_token(const Module&, const TokenOrder&) {
  throw base::Error(base::ErrorKind::internal, base::Phase::generate, "tokens cannot be administered");
}

}  // namespace pkcs11
