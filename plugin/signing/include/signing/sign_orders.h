#pragma once

#include "approval/grant.h"
#include "base/clock.h"
#include "pkcs11/sign_order.h"
#include "signing/audit_step.h"
#include "signing/signable_payload.h"
#include "trust/chain.h"
#include "trust/request.h"
#include "trust/test_certificate.h"

namespace signing {

// The only makers of SignOrder: each takes the proof that its purpose demands and serves no other purpose, save that
// requests for certificates are recorded as `certificate`. What the others than `artifact` make can never be read as a
// Notary payload.
class SignOrders {
 public:
  // Throws Error(internal) when grant, payload and chain are not for one key, Error(undecided) when the grant does not
  // cover the payload's artifact at this moment.
  static pkcs11::SignOrder artifact(const SignablePayload& payload, const trust::CheckedChain& chain,
                                    const approval::Grant& grant, const AuditedIntent& intent, base::WallTime now);
  static pkcs11::SignOrder certificate(const trust::CertificateToSign& certificate);
  // In PKCS#1 v1.5 where the request says so: the one order with that scheme.
  static pkcs11::SignOrder request(const trust::RequestToSign& request);
  // Random bytes drawn here, after a text that says what they are: proves that a key signs.
  static pkcs11::SignOrder challenge(pkcs11::KeySpec spec);
  // What an approver answers a Transaction Security Broker with: all bytes of an approval token, or the characters of
  // schema::tsb_time(). Anything else is Error(internal).
  static pkcs11::SignOrder decision(pkcs11::KeySpec spec, base::ByteView message);
  // The same by an Ed25519 key, which gets no other order.
  static pkcs11::SignOrder ed25519_decision(base::ByteView message);

 private:
  static pkcs11::SignOrder over(pkcs11::SignPurpose purpose, pkcs11::KeySpec spec, base::ByteView message);
};

}  // namespace signing
