#include <iostream>

#include "audit/commands.h"
#include "audit/reading.h"
#include "base/bytes.h"

namespace operators {
namespace {

std::string head_text(const schema::AuditHeadReport& head) {
  return std::to_string(head.sequence) + ":" + head.hash;
}

std::string count(std::uint64_t number, const std::string& noun) {
  return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

schema::AuditHeadReport head_of(const AuditReading& reading) {
  return {reading.file, reading.check.head().sequence, reading.check.head().hash, reading.exists};
}

void print(const schema::AuditVerifyReport& report) {
  std::cout << "audit log " << base::printable(report.head.file) << "\n"
            << (report.head.exists ? "" : "  there is no such file: nothing was recorded here, or it was removed\n")
            << (report.fault.empty() ? "  verifies: " : "  does not verify; before the fault: ")
            << count(report.head.sequence, "line") << ", " << report.signatures << " signed, " << report.failures
            << " failed";
  if (report.fault.empty()) std::cout << ", " << report.unknown.size() << " unknown";
  std::cout << "\n";
  for (const schema::AuditEntry& entry : report.unknown) {
    std::cout << "  nobody knows whether line " << entry.sequence << " (" << schema::format_audit_time(entry.time)
              << ", key " << base::quoted(entry.subject.key_name) << ") was signed\n";
  }
  if (report.fragments > 0) {
    std::cout << "  " << count(report.fragments, "fragment") << " (" << count(report.fragment_bytes, "byte")
              << ") of lines cut short, fenced\n";
  }
  if (report.torn_bytes > 0) {
    std::cout << "  " << count(report.torn_bytes, "byte")
              << " at the end are a line cut short; the next signature fences them\n";
  }
  if (!report.fault.empty()) return;
  std::cout << "  head " << head_text(report.head) << "\n";
  if (report.checked_head.empty()) {
    std::cout << "  not checked: whether lines are missing at the end; --head checks that\n";
  } else {
    std::cout << "  the head that was given is in it\n";
  }
}

}  // namespace

void verify_audit(const AuditVerifyFlags& flags) {
  std::optional<signing::AuditHead> head;
  if (!flags.head.empty()) head = signing::parse_audit_head(flags.head);
  schema::AuditVerifyReport report;
  const auto take = [&](const schema::AuditEntry& entry) {
    if (entry.signature) ++report.signatures;
    if (entry.failure) ++report.failures;
    if (!entry.signature && !entry.failure) report.unknown.push_back(entry);
  };
  const AuditReading reading = read_audit_log(flags.file, head, take);
  report.head = head_of(reading);
  report.fault = reading.check.fault();
  report.checked_head = flags.head;
  report.fragments = reading.check.fragments();
  report.fragment_bytes = reading.check.fragment_bytes();
  report.torn_bytes = reading.check.torn_bytes();
  if (flags.json) {
    std::cout << encode(report);
  } else {
    print(report);
  }
  require_intact(reading);
}

void show_audit_head(const AuditHeadFlags& flags) {
  const AuditReading reading = read_audit_log({}, std::nullopt, [](const schema::AuditEntry&) {});
  require_intact(reading);
  const schema::AuditHeadReport head = head_of(reading);
  if (flags.json) {
    std::cout << encode(head);
  } else {
    std::cout << head_text(head) << "\n  of " << count(head.sequence, "line") << " in " << base::printable(head.file)
              << (head.exists ? "" : ", which is not there") << "\n";
  }
}

}  // namespace operators
