#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/secret.h"

// What a signing client exchanges with a Transaction Security Broker (REST interface v1). Its servers refuse members
// they do not know, so nothing but the documented ones is sent. Replies grow from release to release: members that we
// do not use are passed over, the ones we use are checked strictly. Errors of every decoder: service_failed, phase
// approval, `the service's answer cannot be read: <cause>`, never with a value out of it.
namespace schema {

inline constexpr std::size_t kMaximumTsbPayload = 65'535;       // bytes: a length in the approval token has two
inline constexpr std::size_t kMaximumTsbReply = 1'048'576;      // bytes
inline constexpr std::size_t kMaximumTsbTaskReply = 8'388'608;  // bytes

// What signs a request besides the credentials of the connection: the application key's signature.
struct TsbRequestSignature {
  std::string member;                 // "digestAlgorithm" or "signatureAlgorithm"
  std::string algorithm;              // its value, such as "SHA-256"
  base::Bytes signature, public_key;  // the latter SubjectPublicKeyInfo
};

struct TsbSignRequest {
  std::string key;                             // label
  const base::Secret* key_password = nullptr;  // UTF-8
  std::string algorithm;                       // "SHA384_WITH_ECDSA"
  base::ByteView payload;
  std::string metadata;            // JSON text; may be empty
  base::Bytes metadata_signature;  // may be empty
};

// The compact text of the inner object: what the application key signs. May hold the key's password: wipe it.
std::string encode_tsb_sign_request(const TsbSignRequest& request);

// The body for /v1/sign and /v1/synchronousSign, around exactly these bytes.
std::string wrap_tsb_sign_request(std::string_view inner, const std::optional<TsbRequestSignature>& signature);

// The body for /v1/key/attributes. May hold the key's password: wipe it.
std::string encode_tsb_key_question(std::string_view label, const base::Secret* password);

// Who may approve, as the key's rule for use names him.
struct TsbApprover {
  std::string name;         // may be empty
  base::Bytes public_key;   // SubjectPublicKeyInfo; empty when the rule holds a certificate
  base::Bytes certificate;  // DER
  bool operator==(const TsbApprover&) const = default;
};

struct TsbKey {
  std::string algorithm;   // "RSA", "EC"
  base::Bytes public_key;  // SubjectPublicKeyInfo
  bool needs_approval = true;
  bool blocked = false;
  std::vector<TsbApprover> approvers;
  bool operator==(const TsbKey&) const = default;
};
TsbKey decode_tsb_key(std::string_view json);

// The id out of the reply to /v1/sign; the signature out of that to /v1/synchronousSign.
std::string decode_tsb_sign_request_id(std::string_view json);
base::Bytes decode_tsb_signature(std::string_view json);

enum class TsbState { pending, approved, executed, failed, expired, rejected, cancelled, unknown };

struct TsbRequestStatus {
  TsbState state = TsbState::unknown;
  std::string state_text;                                                  // as the service writes it
  std::vector<std::string> approved_by, not_yet_approved_by, rejected_by;  // public keys, base64
  base::Bytes result;  // the signature; empty while there is none, or none any more
  bool operator==(const TsbRequestStatus&) const = default;
};
TsbRequestStatus decode_tsb_request_status(std::string_view json);

// Certificates as text: each is PEM, or DER or PEM in base64; one may hold several.
std::vector<std::string> decode_tsb_certificates(std::string_view json);

// What a reply that is no success says of the cause. Empty members when the body is none of the service's.
struct TsbFault {
  std::optional<int> code;
  std::string reason;  // "res.error.…", nothing else
  bool operator==(const TsbFault&) const = default;
};
TsbFault decode_tsb_fault(std::string_view body);

// A time as the service takes it: UTC with milliseconds, "2026-01-01T00:00:00.000Z".
std::string tsb_time(base::WallTime time);

// {"app":…,"time":…,"type":…} and what else `members` holds, compact.
std::string encode_tsb_metadata(const std::vector<std::pair<std::string, std::string>>& members);

}  // namespace schema
