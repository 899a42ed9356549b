#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/audit.h"

// What the commands about the audit log say with --json. Members are only ever added.
namespace schema {

// One signature, asked for, made or refused: an intent and what became of it.
struct AuditEntry {
  std::uint64_t sequence = 0;  // of the intent; of the outcome where there was none
  base::WallTime time;         // likewise
  AuditSubject subject;
  std::optional<std::uint64_t> outcome_sequence;  // empty: nobody knows what became of it
  std::optional<AuditSignature> signature;
  std::optional<AuditFailure> failure;
};

// "signed", "failed" or "unknown"
std::string_view outcome_of(const AuditEntry& entry);

struct AuditShowReport {
  std::string file, fault;  // fault: empty for a log that verifies
  bool exists = true;       // whether there is such a file
  std::vector<AuditEntry> entries;
};

struct AuditHeadReport {
  std::string file;
  std::uint64_t sequence = 0;
  std::string hash;
  bool exists = true;  // whether there is such a file
};

struct AuditVerifyReport {
  AuditHeadReport head;      // of what verifies
  std::string fault;         // empty: none was found
  std::string checked_head;  // "12:…", empty: none was given
  std::uint64_t signatures = 0, failures = 0;
  std::uint64_t fragments = 0, fragment_bytes = 0;  // fenced
  std::uint64_t torn_bytes = 0;                     // at the end, not fenced yet
  std::vector<AuditEntry> unknown;                  // intents of which nobody knows what became
};

std::string encode(const AuditShowReport& report);
std::string encode(const AuditHeadReport& report);
std::string encode(const AuditVerifyReport& report);

// "2026-11-21" (its beginning, UTC) or "2026-11-21T02:02:02Z"; empty for anything else.
std::optional<base::WallTime> parse_audit_time(std::string_view text);

// "2026-11-21T02:02:02Z"
std::string format_audit_time(base::WallTime time);

}  // namespace schema
