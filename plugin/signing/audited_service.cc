#include "signing/audited_service.h"

#include "trust/public_key.h"

namespace signing {

pkcs11::SignResult AuditedService::sign(const pkcs11::SignOrder& order, const pkcs11::InspectOrder& key,
                                        const pkcs11::PublicKey& expected, const pkcs11::Login* login) {
  schema::AuditSubject subject;
  subject.purpose = order.purpose();
  subject.key_name = setup_.uri.names_object() ? setup_.name : pkcs11::format_uri(key.uri);
  subject.key_sha256 = trust::spki_sha256(expected);
  subject.key_spec = pkcs11::describe(expected);
  subject.payload_sha256 = trust::sha256_hex(order.message());
  return audit_.sign(
      subject, [&](const AuditedIntent&) { return service_->sign(order, key, expected, login); },
      [](const pkcs11::SignResult& result) { return AuditedSignature{result.signature, result.mechanism}; });
}

}  // namespace signing
