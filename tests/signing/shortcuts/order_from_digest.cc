#include "pkcs11/sign_order.h"

pkcs11::SignOrder order(base::Bytes digest) {
  return pkcs11::SignOrder(pkcs11::SignPurpose::artifact, pkcs11::KeySpec::ec_256, {}, digest);
}
