#include "trust/decision_signature.h"

#include "base/error.h"
#include "ecdsa_signature.h"
#include "openssl.h"
#include "trust/public_key.h"

namespace trust {

base::Bytes finish_decision(const pkcs11::PublicKey& key, const pkcs11::SignOrder& order, base::ByteView signature) {
  const bool is_ec = pkcs11::traits(order.spec()).family == pkcs11::KeyFamily::ec;
  base::Bytes finished = is_ec ? to_der_signature(signature) : base::Bytes(signature.begin(), signature.end());
  const EvpKey evp_key = make_key(key);
  const bool verified =
      order.scheme() == pkcs11::SignScheme::approver && pkcs11::key_spec_of(key) == order.spec() &&
      verify_digest(evp_key.get(), fetched(pkcs11::Hash::sha_256), digest(pkcs11::Hash::sha_256, order.message()),
                    finished, is_ec ? Padding::none : Padding::pkcs1);
  if (verified) return finished;
  throw base::Error(base::ErrorKind::signature_invalid, base::Phase::verify,
                    "the signature from the token does not verify: the public key on the token does not belong to the "
                    "private one, or the module returned a wrong signature",
                    "nothing was answered; compare the halves of the key pair on the token");
}

}  // namespace trust
