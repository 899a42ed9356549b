#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"
#include "pkcs11/sign_order.h"
#include "schema/payload.h"

// The lines of the audit log; docs/audit.md tells what they mean together, audit-line.schema.json describes one.
namespace schema {

inline constexpr std::size_t kMaximumAuditLine = 65'536;  // bytes, without the line feed

std::string_view name_of(pkcs11::SignPurpose purpose);

// What is to be signed, with what, and by whose leave. What does not apply is empty.
struct AuditSubject {
  pkcs11::SignPurpose purpose = pkcs11::SignPurpose::artifact;
  bool by_service = false;             // an approval service signs, not a token of ours
  std::string key_name;                // as the settings name it, or its URI without the query
  std::string key_sha256;              // of the SubjectPublicKeyInfo, lower-case hexadecimal
  std::string key_spec;                // "EC-256"
  std::string algorithm;               // contract spelling: "ECDSA-SHA-256"
  std::string payload_sha256;          // of the bytes to be signed, lower-case hexadecimal
  std::optional<Descriptor> artifact;  // without annotations; empty for bytes without a meaning
  std::string signing_scheme;          // "notary.x509"
  std::string certificate_serial, certificate_subject;
  std::string approval_request;   // its id
  std::string approval_evidence;  // JSON text of the approval program's own

  bool operator==(const AuditSubject&) const = default;
};

// Written before anything is signed.
struct AuditIntent {
  AuditSubject subject;
  bool operator==(const AuditIntent&) const = default;
};

struct AuditSignature {
  std::string sha256;     // of the signature as it was handed out, lower-case hexadecimal
  std::string mechanism;  // CKM name; empty for a service's
  bool operator==(const AuditSignature&) const = default;
};

struct AuditFailure {
  std::string kind, phase;   // names of base::ErrorKind and base::Phase
  std::string return_value;  // CKR name, empty where there was none
  std::string message;
  bool operator==(const AuditFailure&) const = default;
};

// What became of an intent, or of a run that failed after a login and before any.
struct AuditOutcome {
  std::optional<std::uint64_t> intent;  // its sequence
  AuditSubject subject;
  std::variant<AuditSignature, AuditFailure> result;
  bool operator==(const AuditOutcome&) const = default;
};

// Fences the bytes between the line before and this one, which are no line: a writer died, or the disk was full.
struct AuditRecovery {
  std::uint64_t size = 0;  // bytes
  std::string sha256;      // of them, lower-case hexadecimal
  bool operator==(const AuditRecovery&) const = default;
};

struct AuditLine {
  std::uint64_t sequence = 1;  // the first is 1
  std::string previous;        // SHA-256 of the line before without its line feed; of the first: kAuditStart
  base::WallTime time;         // whole seconds, UTC
  std::variant<AuditIntent, AuditOutcome, AuditRecovery> event;

  bool operator==(const AuditLine&) const = default;
};

// What stands in the place of a hash before the first line: SHA-256 of "notation-pkcs11 audit log, version 1".
inline constexpr std::string_view kAuditStart = "b692d424f43b7f8f33536d1e3a77c3f02b934ddbf1bb4184081bfea848e48a92";

// One line without its line feed, at most kMaximumAuditLine bytes. Texts are cut to what decode_audit_line takes.
std::string encode(const AuditLine& line);

// Strict. decode_audit_line(encode(line)) is the line with its texts as cut, and purpose `pkcs1_request` as
// `certificate`, whose name it shares. Error(unrecorded, phase audit), whose
// message is "<place>: <cause>"; `place` is for example "line 12".
AuditLine decode_audit_line(std::string_view text, std::string_view place);

// The same for text that may be anything: nothing when it is no line. Throws for a line of a newer release alone.
std::optional<AuditLine> find_audit_line(std::string_view text, std::string_view place);

}  // namespace schema
