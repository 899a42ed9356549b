#pragma once

#include <optional>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace signing {
class SignOrders;  // plugin/signing/: the only place where an order is made
}

namespace pkcs11 {

class SignOrderCodec;  // carries an order into the worker, unchanged

// Why a signature is wanted. There is no other reason. `certificate`: also a certification request, unless it is for a
// CA that refuses RSASSA-PSS, `pkcs1_request`.
enum class SignPurpose { artifact, certificate, challenge, decision, pkcs1_request };

// How. notary: as the Notary Project says for the key spec. approver: RSASSA-PKCS1-v1_5 or ECDSA, both with SHA-256
// whatever the key's size, or Ed25519, as services want an approver's answer. ca: RSASSA-PKCS1-v1_5 with the hash of
// the key spec, which must be one of RSA.
enum class SignScheme { notary, approver, ca };

constexpr SignScheme scheme_of(SignPurpose purpose) {
  return purpose == SignPurpose::decision        ? SignScheme::approver
         : purpose == SignPurpose::pkcs1_request ? SignScheme::ca
                                                 : SignScheme::notary;
}

inline Hash hash_of(SignScheme scheme, KeySpec spec) {
  return scheme == SignScheme::approver ? Hash::sha_256 : traits(spec).hash;
}

// Permission to call C_Sign once over these bytes. Only signing::SignOrders makes one, a maker for each purpose with
// the proof that the purpose demands as its parameters; a digest alone never gets as far as a token.
class SignOrder {
 public:
  SignPurpose purpose() const { return purpose_; }
  SignScheme scheme() const { return scheme_of(purpose_); }
  // Empty for an Ed25519 key, whose order is a decision: there is no constructor for any other.
  std::optional<KeySpec> spec() const { return spec_; }
  base::ByteView message() const { return message_; }  // what a hashing mechanism is given
  // What a raw mechanism is given: hash of message, as scheme and spec say. Empty for an Ed25519 key.
  base::ByteView digest() const { return digest_; }

 private:
  friend class signing::SignOrders;
  friend class SignOrderCodec;
  SignOrder(SignPurpose purpose, KeySpec spec, base::Bytes message, base::Bytes digest)
      : purpose_(purpose), spec_(spec), message_(std::move(message)), digest_(std::move(digest)) {}
  // By an Ed25519 key.
  explicit SignOrder(base::Bytes decision) : purpose_(SignPurpose::decision), message_(std::move(decision)) {}

  SignPurpose purpose_;
  std::optional<KeySpec> spec_;
  base::Bytes message_;
  base::Bytes digest_;
};

}  // namespace pkcs11
