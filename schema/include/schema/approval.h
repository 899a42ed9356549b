#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "pkcs11/key_spec.h"
#include "schema/payload.h"

// A question to people, whether this artifact may be signed with this key, and what came of it.
namespace schema {

// What a yes covers besides the key. The signing time is not in it: notation writes a new one into the bytes at every
// run, and a yes that belonged to it could never be used again.
struct ApprovalSubject {
  Descriptor artifact;
  std::string signing_scheme;                    // "notary.x509"
  std::optional<std::chrono::seconds> lifetime;  // of the signature (expiry minus signing time), if it is to expire

  bool operator==(const ApprovalSubject&) const = default;
};

ApprovalSubject subject_of(const NotaryPayload& payload);

// A text that is equal exactly for equal subjects: compact JSON, members sorted.
std::string canonical(const ApprovalSubject& subject);

struct ApprovalRequest {
  std::string id;          // 128 random bits, 32 lower-case hexadecimal digits; a repeated submit carries the same one
  std::string key_name;    // as the requester's configuration names the key, for people
  std::string key_sha256;  // SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal
  pkcs11::KeySpec key_spec = pkcs11::KeySpec::ec_256;
  ApprovalSubject subject;
  base::WallTime created, expires;            // whole seconds, UTC
  std::map<std::string, std::string> claims;  // what the requester says of himself; nobody has verified it

  bool operator==(const ApprovalRequest&) const = default;
};

// Answers of whoever carries requests to people. Names are for people; they may hold any text.
struct ApprovalWaiting {
  std::vector<std::string> approved, missing, refused;
  bool executing = false;  // enough have approved; the service has yet to act
  std::string where;       // what an approver opens or runs; may be empty
  std::optional<std::chrono::seconds> retry_after;
  std::string warning;  // of the service's answer: a status that we do not know; may be empty
  bool operator==(const ApprovalWaiting&) const = default;
};
struct ApprovalPermitted {  // we may sign now
  std::vector<std::string> approved;
  std::optional<base::WallTime> until;  // whole seconds; not set: as long as the settings say
  std::string evidence;                 // JSON text of the service's own, may be empty
  bool operator==(const ApprovalPermitted&) const = default;
};
struct ApprovalSigned {  // the service made the signature, in its own encoding
  base::Bytes signature;
  std::vector<std::string> approved;
  bool operator==(const ApprovalSigned&) const = default;
};
struct ApprovalRefused {
  std::vector<std::string> by;
  std::string reason;
  bool operator==(const ApprovalRefused&) const = default;
};
struct ApprovalExpired {
  bool operator==(const ApprovalExpired&) const = default;
};
struct ApprovalWithdrawn {  // by somebody on the requester's side
  bool operator==(const ApprovalWithdrawn&) const = default;
};
struct ApprovalFailed {
  bool retryable = false;  // the request is as before, only this question had no answer
  std::string message;     // lower case, no final stop
  std::optional<std::chrono::seconds> retry_after;
  bool throttled = false;  // the service has too much to do
  bool operator==(const ApprovalFailed&) const = default;
};
using ApprovalAnswer = std::variant<ApprovalWaiting, ApprovalPermitted, ApprovalSigned, ApprovalRefused,
                                    ApprovalExpired, ApprovalWithdrawn, ApprovalFailed>;

enum class TicketState {
  intended,   // written before the request goes out; whether it went out is unknown after a crash
  open,       // it is at the service, people decide
  permitted,  // they said yes
  refused,    // they said no: final for this request
  executed    // the service made the signature
};
std::string_view name_of(TicketState state);

// A request and what is known of it, as kept in the state folder.
struct Ticket {
  ApprovalRequest request;
  std::string backend;         // name in the registry: "exec"
  std::string place;           // which service or program, for people and to know it again
  std::string payload_sha256;  // of the bytes, hexadecimal; only where an approval belongs to the bytes, else empty
  TicketState state = TicketState::intended;
  std::string service_id;    // the service's own name for the request, may be empty
  ApprovalWaiting progress;  // as last seen
  std::optional<ApprovalPermitted> permission;
  std::optional<ApprovalRefused> refusal;
  std::optional<ApprovalSigned> result;
  base::WallTime newest;  // the latest time that was seen when this was written

  bool operator==(const Ticket&) const = default;
};

inline constexpr std::size_t kMaximumTicketSize = 262'144;  // bytes

// Names and texts for people are cut to 64 names of 256 bytes and 1024 bytes of text, or left out where the whole would
// become too long. Error(invalid_payload, phase approval) when it is still too long: the artifact's annotations are.
std::string encode(const Ticket& ticket);

// Strict, and the state must agree with what is there: permitted with a permission, refused with a refusal, executed
// with a result, and none of them otherwise. decode_ticket(encode(ticket)) is the ticket with its times in whole
// seconds and its texts as cut. Errors: invalid_settings, phase approval, naming the file.
Ticket decode_ticket(std::string_view json, std::string_view file_name);

}  // namespace schema
