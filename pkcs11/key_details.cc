#include "key_details.h"

namespace pkcs11 {

KeyDetails describe_key(const Module&, const InspectOrder&, const Login*) {
  throw base::Error(base::ErrorKind::internal, base::Phase::find, "keys cannot be described");
}

}  // namespace pkcs11
