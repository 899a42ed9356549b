#pragma once

#include <string>

#include "base/bytes.h"
#include "base/clock.h"
#include "pkcs11/key_spec.h"
#include "trust/pem.h"
#include "trust/subject.h"

namespace trust {

// A TBSCertificate that we encoded and read back. Only prepare_self_signed makes one; signing::SignOrders takes it as
// the proof that its bytes are a certificate and nothing else.
class CertificateToSign {
 public:
  base::ByteView tbs() const { return tbs_; }
  const pkcs11::PublicKey& key() const { return key_; }
  pkcs11::KeySpec spec() const { return spec_; }

 private:
  friend CertificateToSign prepare_self_signed(const pkcs11::PublicKey& key, pkcs11::KeySpec spec,
                                               const Subject& subject, int days, base::WallTime now);
  CertificateToSign() = default;

  base::Bytes tbs_;
  pkcs11::PublicKey key_;
  pkcs11::KeySpec spec_ = pkcs11::KeySpec::ec_256;
};

inline constexpr int kMaxTestCertificateDays = 3650;

// A self-signed leaf in the Notary profile: version 3, random serial, critical keyUsage digitalSignature, extended key
// usage codeSigning, no CA; signed with RSASSA-PSS and explicit parameters (RFC 4055) or ECDSA as `spec` says; valid
// from one minute before `now` for `days` days. Throws Error(invalid_settings) for a subject or number of days that
// will not do, or a key that is not of that spec.
CertificateToSign prepare_self_signed(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, const Subject& subject,
                                      int days, base::WallTime now);

// The certificate as DER. `signature` as KeyService::sign returns it. The result is read back and its signature
// verified: throws Error(signature_invalid).
base::Bytes assemble(const CertificateToSign& prepared, base::ByteView signature);

}  // namespace trust
