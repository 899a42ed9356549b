#include "trust/verify.h"

trust::VerifiedSignature signature(base::Bytes bytes) {
  return trust::VerifiedSignature(bytes, pkcs11::KeySpec::ec_256);
}
