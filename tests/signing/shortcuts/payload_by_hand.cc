#include "signing/signable_payload.h"

signing::SignablePayload payload(base::Bytes bytes) {
  return signing::SignablePayload(bytes, pkcs11::KeySpec::ec_256, std::nullopt);
}
