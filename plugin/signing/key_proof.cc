#include "signing/key_proof.h"

#include "base/error.h"
#include "signing/sign_orders.h"
#include "trust/ecdsa.h"
#include "trust/verify.h"

namespace signing {

KeyProof prove_key(pkcs11::KeyService& service, const pkcs11::Uri& uri, const pkcs11::PublicKey& key,
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
  pkcs11::SignResult result = service.sign(order, where, key, login);
  trust::verify_with_key(key, order, result.signature);

  const pkcs11::KeySpecTraits& traits = pkcs11::traits(*spec);
  KeyProof proof;
  proof.challenge.assign(order.message().begin(), order.message().end());
  const bool ec = traits.family == pkcs11::KeyFamily::ec;
  proof.signature = ec ? trust::to_der_signature(result.signature) : std::move(result.signature);
  proof.algorithm = traits.algorithm_name;
  proof.mechanism = std::move(result.mechanism);
  return proof;
}

}  // namespace signing
