#include "signing/signable_payload.h"

#include "base/error.h"

namespace signing {

SignablePayload check_payload(base::Bytes bytes, pkcs11::KeySpec spec, bool allow_opaque) {
  std::optional<schema::NotaryPayload> meaning;
  try {
    meaning = schema::decode_payload(bytes, spec);
  } catch (const base::Error&) {
    if (!allow_opaque) throw;
  }
  return SignablePayload(std::move(bytes), spec, std::move(meaning));
}

}  // namespace signing
