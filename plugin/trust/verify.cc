#include "trust/verify.h"

#include "base/error.h"
#include "ecdsa_signature.h"
#include "openssl.h"
#include "trust/public_key.h"

namespace trust {
namespace {

// How texts speak of whoever made a signature.
struct Words {
  std::string place, where, maker, fault;
};

const Words& words_for(Signer signer) {
  static const Words kToken{"token", "on the token", "module",
                            "this is a fault of the PKCS#11 module or its settings; report it to its vendor"};
  static const Words kService{"service", "at the service", "service",
                              "this is a fault of the service or of the key's settings there"};
  return signer == Signer::token ? kToken : kService;
}

struct Check {
  const Words& words;
  EVP_PKEY* key;
  const EVP_MD* hash;
  base::Bytes digest;
  const pkcs11::KeySpecTraits& spec;
};

[[noreturn]] void refuse_signature(const Words& words, const std::string& cause, std::string hint) {
  throw base::Error(base::ErrorKind::signature_invalid, base::Phase::verify,
                    "the signature from the " + words.place + " does not verify: " + cause, std::move(hint));
}

void check_length(base::ByteView signature, const Check& check) {
  if (signature.size() == check.spec.signature_size) return;
  if (check.spec.family == pkcs11::KeyFamily::ec && is_der_signature(signature) &&
      verify_digest(check.key, check.hash, check.digest, signature, Padding::none)) {
    refuse_signature(check.words, "the " + check.words.maker + " returned it as DER instead of r and s at fixed width",
                     check.words.fault);
  }
  refuse_signature(check.words,
                   "it has " + std::to_string(signature.size()) + " bytes, but a signature of " +
                       std::string(check.spec.name) + " has " + std::to_string(check.spec.signature_size),
                   check.words.fault);
}

[[noreturn]] void refuse_mismatch(const Check& check, base::ByteView signature, Padding padding) {
  const base::Bytes twice = hash_bytes(check.hash, check.digest);
  if (verify_digest(check.key, check.hash, twice, signature, padding)) {
    refuse_signature(check.words, "the " + check.words.maker + " hashed the digest once more", check.words.fault);
  }
  refuse_signature(
      check.words,
      "the certificate is not for this private key, or the " + check.words.maker + " returned a wrong signature",
      "compare the public keys: the certificate's, and the one of the key pair " + check.words.where);
}

// Which salt length it was made with; empty when it is no RSASSA-PSS signature with this hash.
std::optional<int> find_salt_length(const Check& check, base::ByteView signature) {
  if (!verify_digest(check.key, check.hash, check.digest, signature, Padding::pss, kSaltOfAnyLength)) {
    return std::nullopt;
  }
  const int longest = static_cast<int>(check.spec.signature_size - check.spec.digest_size) - 2;
  for (int length = 0; length <= longest; ++length) {
    if (verify_digest(check.key, check.hash, check.digest, signature, Padding::pss, length)) return length;
  }
  return std::nullopt;
}

void verify_rsa(const Check& check, base::ByteView signature) {
  const int salt_length = static_cast<int>(check.spec.digest_size);
  if (verify_digest(check.key, check.hash, check.digest, signature, Padding::pss, salt_length)) return;
  if (const std::optional<int> other = find_salt_length(check, signature)) {
    refuse_signature(check.words,
                     "the " + check.words.maker + " used a salt of " + std::to_string(*other) +
                         " bytes, the Notary Project demands " + std::to_string(salt_length),
                     check.words.fault);
  }
  if (verify_digest(check.key, check.hash, check.digest, signature, Padding::pkcs1)) {
    refuse_signature(check.words, "it is RSASSA-PKCS1-v1_5, the Notary Project demands RSASSA-PSS", check.words.fault);
  }
  refuse_mismatch(check, signature, Padding::pss);
}

void verify_ec(const Check& check, base::ByteView signature) {
  const base::Bytes der = to_der_signature(signature);
  if (verify_digest(check.key, check.hash, check.digest, der, Padding::none)) return;
  refuse_mismatch(check, der, Padding::none);
}

pkcs11::KeySpec spec_of(const pkcs11::SignOrder& order) {
  if (order.spec()) return *order.spec();
  throw base::Error(base::ErrorKind::internal, base::Phase::verify, "an Ed25519 key signs nothing but answers");
}

}  // namespace

void verify_message(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, base::ByteView message,
                    base::ByteView signature, Signer signer) {
  const EvpKey evp_key = make_key(key);
  if (!evp_key || pkcs11::key_spec_of(key) != spec) {
    refuse_signature(
        words_for(signer),
        "the public key is " + pkcs11::describe(key) + ", the order is for " + std::string(pkcs11::traits(spec).name),
        "use the certificate that was issued for this key");
  }
  const pkcs11::KeySpecTraits& traits = pkcs11::traits(spec);
  const Check check{words_for(signer), evp_key.get(), fetched(traits.hash), digest(traits.hash, message), traits};
  check_length(signature, check);
  if (traits.family == pkcs11::KeyFamily::rsa) {
    verify_rsa(check, signature);
  } else {
    verify_ec(check, signature);
  }
}

void verify_with_key(const pkcs11::PublicKey& key, const pkcs11::SignOrder& order, base::ByteView signature) {
  verify_message(key, spec_of(order), order.message(), signature, Signer::token);
}

VerifiedSignature verify(const CheckedChain& chain, const pkcs11::SignOrder& order, base::Bytes signature,
                         Signer signer) {
  verify_message(chain.leaf_key(), spec_of(order), order.message(), signature, signer);
  return {std::move(signature), spec_of(order)};
}

}  // namespace trust
