#include "signing/key_proof.h"

#include "base/error.h"
#include "signing/sign_orders.h"
#include "trust/verify.h"

namespace signing {

void prove_key(pkcs11::KeyService& service, const pkcs11::Uri& uri, const pkcs11::PublicKey& key,
               const pkcs11::Login* login) {
  const auto spec = pkcs11::key_spec_of(key);
  if (!spec) {
    throw base::Error(base::ErrorKind::not_capable, base::Phase::sign,
                      "key " + pkcs11::format_uri(uri) + ": " + pkcs11::describe(key) + " cannot sign for notation",
                      "notation takes RSA-2048, RSA-3072, RSA-4096, EC-256, EC-384 and EC-521");
  }
  const pkcs11::SignOrder order = SignOrders::challenge(*spec);
  pkcs11::InspectOrder where;
  where.uri = uri;
  where.expected = key;
  const pkcs11::SignResult result = service.sign(order, where, key, login);
  trust::verify_with_key(key, order, result.signature);
}

}  // namespace signing
