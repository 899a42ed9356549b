#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "pkcs11/key_spec.h"
#include "trust/pem.h"
#include "trust/subject.h"

namespace trust {

// A subject alternative name (RFC 5280 section 4.2.1.6), as people write it: a host, a mailbox, an absolute URI, an
// IPv4 or IPv6 address.
enum class NameKind { email = 1, dns = 2, uri = 6, ip = 7 };
struct AlternativeName {
  NameKind kind = NameKind::dns;
  std::string text;
};

struct RequestContent {
  Subject subject;
  std::vector<AlternativeName> names;
  bool pkcs1 = false;  // for a CA that refuses RSASSA-PSS: RSASSA-PKCS1-v1_5, with the hash of the spec
};

// A CertificationRequestInfo (RFC 2986 section 4.1) that we encoded and read back. Only prepare_request makes one;
// signing::SignOrders takes it as the proof that its bytes are a request and nothing else.
class RequestToSign {
 public:
  base::ByteView info() const { return info_; }
  const pkcs11::PublicKey& key() const { return key_; }
  pkcs11::KeySpec spec() const { return spec_; }
  bool pkcs1() const { return pkcs1_; }

 private:
  friend RequestToSign prepare_request(const pkcs11::PublicKey& key, pkcs11::KeySpec spec,
                                       const RequestContent& content);
  RequestToSign() = default;

  base::Bytes info_;
  pkcs11::PublicKey key_;
  pkcs11::KeySpec spec_ = pkcs11::KeySpec::ec_256;
  bool pkcs1_ = false;
};

// A request that asks for a leaf in the Notary profile: critical keyUsage digitalSignature, extended key usage
// codeSigning, and the names; signed with RSASSA-PSS and explicit parameters (RFC 4055) or ECDSA as `spec` says. Throws
// Error(invalid_settings) for a subject or a name that will not do, a key that is not of that spec, and PKCS#1 v1.5 for
// a key that is not RSA.
RequestToSign prepare_request(const pkcs11::PublicKey& key, pkcs11::KeySpec spec, const RequestContent& content);

// The part of it that needs no key: before anybody is asked for a PIN.
void check_request(const RequestContent& content);

// The request as DER. `signature` as KeyService::sign returns it. The result is read back and its signature verified:
// throws Error(signature_invalid).
base::Bytes assemble(const RequestToSign& prepared, base::ByteView signature);

// A certification request that was read; its signature verifies with the key in it.
struct ReadRequest {
  std::string subject;  // made safe to show
  pkcs11::PublicKey key;
  std::string algorithm;  // how it is signed, as in SignatureAlgorithm
  bool pkcs1 = false;     // signed with RSASSA-PKCS1-v1_5
  base::Bytes subject_der;
};

inline constexpr std::size_t kMaxRequestSize = 65'536;  // bytes of a file

// Reads PEM (RFC 7468, "CERTIFICATE REQUEST" or "NEW CERTIFICATE REQUEST") or DER. Throws Error(invalid_chain) naming
// the file: no request, a damaged one, a key that is neither RSA nor EC, a signature that does not verify.
ReadRequest read_request(std::string_view content, const std::string& file_name);

}  // namespace trust
