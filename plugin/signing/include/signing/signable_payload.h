#pragma once

#include <optional>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "schema/payload.h"

namespace signing {

// Bytes that an artifact signature may cover: a Notary payload, or, where the key's configuration says so, any bytes.
class SignablePayload {
 public:
  base::ByteView bytes() const { return bytes_; }
  pkcs11::KeySpec spec() const { return spec_; }  // of the key that it was checked for
  const std::optional<schema::NotaryPayload>& meaning() const { return meaning_; }  // empty: opaque

 private:
  friend SignablePayload check_payload(base::Bytes bytes, pkcs11::KeySpec spec, bool allow_opaque);
  SignablePayload(base::Bytes bytes, pkcs11::KeySpec spec, std::optional<schema::NotaryPayload> meaning)
      : bytes_(std::move(bytes)), spec_(spec), meaning_(std::move(meaning)) {}
  base::Bytes bytes_;
  pkcs11::KeySpec spec_;
  std::optional<schema::NotaryPayload> meaning_;
};

// Throws Error(invalid_payload) for bytes that are not a Notary payload for a key of this spec, unless opaque ones are
// allowed (setting `allow_opaque_payload`).
SignablePayload check_payload(base::Bytes bytes, pkcs11::KeySpec spec, bool allow_opaque);

}  // namespace signing
