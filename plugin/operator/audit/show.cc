#include <iostream>

#include "audit/commands.h"
#include "audit/reading.h"
#include "base/bytes.h"
#include "base/error.h"

namespace operators {
namespace {

void print(const schema::AuditEntry& entry) {
  const schema::AuditSubject& subject = entry.subject;
  std::cout << schema::format_audit_time(entry.time) << "  " << outcome_of(entry) << "  "
            << schema::name_of(subject.purpose) << (subject.by_service ? ", by a service" : "") << "\n    key "
            << base::quoted(subject.key_name) << "\n";
  if (subject.artifact) {
    std::cout << "    " << base::printable(subject.artifact->digest) << "\n    "
              << base::printable(subject.artifact->media_type) << ", " << subject.artifact->size << " bytes\n";
  } else if (subject.purpose == pkcs11::SignPurpose::artifact) {
    std::cout << "    bytes that are no Notary payload, SHA-256 " << subject.payload_sha256 << "\n";
  }
  if (!subject.certificate_serial.empty()) {
    std::cout << "    certificate " << base::printable(subject.certificate_subject) << "\n";
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
    if (!flags.key.empty() && flags.key != subject.key_name && flags.key != subject.key_sha256) return;
    if (since && entry.time < *since) return;
    ++shown;
    flags.json ? report.entries.push_back(entry) : print(entry);
  };
  const AuditReading reading = read_audit_log(flags.file, std::nullopt, take);
  if (flags.json) {
    report.file = reading.file;
    report.fault = reading.check.fault();
    std::cout << encode(report);
  } else if (shown == 0 && reading.check.fault().empty()) {
    std::cout << "no signature\n";
  }
  require_intact(reading);
}

}  // namespace operators
