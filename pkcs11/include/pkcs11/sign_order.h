#pragma once

#include "base/bytes.h"
#include "pkcs11/key_spec.h"

namespace signing {
class SignOrders;  // plugin/signing/: the only place where an order is made
}

namespace pkcs11 {

class SignOrderCodec;  // carries an order into the worker, unchanged

// Why a signature is wanted. There is no other reason.
enum class SignPurpose { artifact, certificate, challenge };

// Permission to call C_Sign once over these bytes. Only signing::SignOrders makes one, a maker for each purpose with
// the proof that the purpose demands as its parameters; a digest alone never gets as far as a token.
class SignOrder {
 public:
  SignPurpose purpose() const { return purpose_; }
  KeySpec spec() const { return spec_; }
  base::ByteView message() const { return message_; }  // what a hashing mechanism is given
  base::ByteView digest() const { return digest_; }    // what a raw mechanism is given: hash of message, as spec says

 private:
  friend class signing::SignOrders;
  friend class SignOrderCodec;
  SignOrder(SignPurpose purpose, KeySpec spec, base::Bytes message, base::Bytes digest)
      : purpose_(purpose), spec_(spec), message_(std::move(message)), digest_(std::move(digest)) {}

  SignPurpose purpose_;
  KeySpec spec_;
  base::Bytes message_;
  base::Bytes digest_;
};

}  // namespace pkcs11
