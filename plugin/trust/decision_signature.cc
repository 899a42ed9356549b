#include "trust/decision_signature.h"

#include "base/error.h"
#include "ecdsa_signature.h"
#include "openssl.h"
#include "trust/public_key.h"

namespace trust {
namespace {

bool is_ec(const pkcs11::SignOrder& order) {
  return order.spec() && pkcs11::traits(*order.spec()).family == pkcs11::KeyFamily::ec;
}

bool verifies(const pkcs11::PublicKey& key, const pkcs11::SignOrder& order, base::ByteView signature) {
  if (order.scheme() != pkcs11::SignScheme::approver || pkcs11::key_spec_of(key) != order.spec()) return false;
  const EvpKey evp_key = make_key(key);
  if (!order.spec()) {
    return std::holds_alternative<pkcs11::Ed25519PublicKey>(key) &&
           verify_ed25519(evp_key.get(), order.message(), signature);
  }
  return verify_digest(evp_key.get(), fetched(pkcs11::Hash::sha_256), digest(pkcs11::Hash::sha_256, order.message()),
                       signature, is_ec(order) ? Padding::none : Padding::pkcs1);
}

}  // namespace

base::Bytes finish_decision(const pkcs11::PublicKey& key, const pkcs11::SignOrder& order, base::ByteView signature) {
  base::Bytes finished = is_ec(order) ? to_der_signature(signature) : base::Bytes(signature.begin(), signature.end());
  if (verifies(key, order, finished)) return finished;
  throw base::Error(base::ErrorKind::signature_invalid, base::Phase::verify,
                    "the signature from the token does not verify: the public key on the token does not belong to the "
                    "private one, or the module returned a wrong signature",
                    "nothing was answered; compare the halves of the key pair on the token");
}

}  // namespace trust
