#include <iostream>

#include "audit/commands.h"
#include "audit/reading.h"
#include "base/bytes.h"
#include "base/error.h"

namespace operators {
namespace {

// As many digits as tell keys apart by eye; --key takes them.
constexpr std::size_t kDigits = 16;

void print_key(const schema::AuditSubject& subject) {
  std::string text;
  const auto add = [&](const std::string& word) {
    if (!word.empty()) text += (text.empty() ? "" : ", ") + word;
  };
  add(subject.key_spec);
  if (!subject.key_sha256.empty()) add("SPKI SHA-256 " + subject.key_sha256.substr(0, kDigits) + "...");
  add(subject.algorithm);
  if (!text.empty()) std::cout << "    " << base::printable(text) << "\n";
}

bool is_named(const schema::AuditSubject& subject, const std::string& key) {
  return key == subject.key_name || (key.size() >= kDigits && subject.key_sha256.starts_with(key));
}

void print(const schema::AuditEntry& entry) {
  const schema::AuditSubject& subject = entry.subject;
  std::cout << schema::format_audit_time(entry.time) << "  " << outcome_of(entry) << "  "
            << schema::name_of(subject.purpose) << (subject.by_service ? ", by a service" : "") << "\n    line "
            << entry.sequence;
  if (entry.outcome_sequence && *entry.outcome_sequence != entry.sequence)
    std::cout << ", outcome in line " << *entry.outcome_sequence;
  std::cout << "\n    key " << base::quoted(subject.key_name) << "\n";
  print_key(subject);
  if (subject.artifact) {
    std::cout << "    " << base::printable(subject.artifact->digest) << "\n    "
              << base::printable(subject.artifact->media_type) << ", " << subject.artifact->size << " bytes\n";
  } else if (subject.purpose == pkcs11::SignPurpose::artifact) {
    std::cout << "    bytes that are no Notary payload, SHA-256 " << subject.payload_sha256 << "\n";
  }
  if (!subject.certificate_serial.empty()) {
    std::cout << "    certificate " << base::printable(subject.certificate_subject) << "\n      serial "
              << base::printable(subject.certificate_serial) << "\n";
  }
  if (!subject.approval_request.empty()) {
    std::cout << "    approval " << base::printable(subject.approval_request) << "\n";
  }
  if (entry.signature) std::cout << "    signature SHA-256 " << entry.signature->sha256 << "\n";
  if (entry.failure) std::cout << "    " << base::printable(entry.failure->message, 1024) << "\n";
  if (!entry.signature && !entry.failure) std::cout << "    nobody knows whether this was signed\n";
}

std::optional<base::WallTime> time_of(const std::string& since) {
  if (since.empty()) return std::nullopt;
  const auto time = schema::parse_audit_time(since);
  if (time) return time;
  throw base::Error(base::ErrorKind::invalid_request, base::Phase::request,
                    "--since " + base::quoted(since) + " is no time", "write it as 2026-11-21 or 2026-11-21T02:02:02Z");
}

}  // namespace

void show_audit(const AuditShowFlags& flags) {
  const auto since = time_of(flags.since);
  schema::AuditShowReport report;
  std::uint64_t shown = 0;
  const auto take = [&](const schema::AuditEntry& entry) {
    const schema::AuditSubject& subject = entry.subject;
    if (!flags.key.empty() && !is_named(subject, flags.key)) return;
    if (since && entry.time < *since) return;
    ++shown;
    flags.json ? report.entries.push_back(entry) : print(entry);
  };
  const AuditReading reading = read_audit_log(flags.file, std::nullopt, take);
  if (flags.json) {
    report.file = reading.file;
    report.exists = reading.exists;
    report.fault = reading.check.fault();
    std::cout << encode(report);
  } else if (shown == 0 && reading.check.fault().empty()) {
    std::cout << "no signature\n";
    if (!reading.exists)
      std::cout << "  there is no file " << base::printable(reading.file, 4096)
                << "\n  nothing was recorded here, or it was removed\n";
  }
  require_intact(reading);
}

}  // namespace operators
