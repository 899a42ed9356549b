#include "audit/reading.h"

#include <map>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/file_checks.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

struct Source {
  std::string file;
  std::optional<platform::LineReader> reader;
};

Source open(const std::string& file) {
  if (!file.empty()) {
    const std::string path = platform::absolute_path(file, {}, "--file");
    auto reader = platform::LineReader::open(path, schema::kMaximumAuditLine);
    if (reader) return {path, std::move(reader)};
    throw Error(ErrorKind::unrecorded, Phase::audit,
                "cannot read audit log " + base::printable(path) + ": No such file or directory");
  }
  const platform::StateFolderSearch state = platform::StateFolderSearch::open();
  if (!state.folder) {
    throw Error(ErrorKind::unrecorded, Phase::audit, "there is no folder for the audit log: " + state.reason);
  }
  return {state.folder->path() + "/" + platform::AuditFile::kName,
          platform::LineReader::open(*state.folder, schema::kMaximumAuditLine)};
}

// Puts outcomes to their intents.
class Entries {
 public:
  explicit Entries(const std::function<void(const schema::AuditEntry&)>& take) : take_(take) {}

  void add(const schema::AuditLine& line) {
    if (const auto* intent = std::get_if<schema::AuditIntent>(&line.event)) {
      schema::AuditEntry entry;
      entry.sequence = line.sequence;
      entry.time = line.time;
      entry.subject = intent->subject;
      open_.emplace(line.sequence, std::move(entry));
    } else if (const auto* outcome = std::get_if<schema::AuditOutcome>(&line.event)) {
      take_(finished(line, *outcome));
    }
  }

  void finish() {
    for (const auto& [sequence, entry] : open_)
      take_(entry);
  }

 private:
  schema::AuditEntry finished(const schema::AuditLine& line, const schema::AuditOutcome& outcome) {
    schema::AuditEntry entry;
    entry.sequence = line.sequence;
    entry.time = line.time;
    if (auto begun = open_.extract(outcome.intent.value_or(0))) entry = std::move(begun.mapped());
    entry.subject = outcome.subject;
    entry.outcome_sequence = line.sequence;
    if (const auto* signature = std::get_if<schema::AuditSignature>(&outcome.result)) entry.signature = *signature;
    if (const auto* failure = std::get_if<schema::AuditFailure>(&outcome.result)) entry.failure = *failure;
    return entry;
  }

  const std::function<void(const schema::AuditEntry&)>& take_;
  std::map<std::uint64_t, schema::AuditEntry> open_;
};

}  // namespace

AuditReading read_audit_log(const std::string& file, const std::optional<signing::AuditHead>& head,
                            const std::function<void(const schema::AuditEntry&)>& take) {
  Source source = open(file);
  AuditReading reading{source.file, source.reader.has_value(), signing::AuditCheck(head)};
  Entries entries(take);
  while (source.reader && reading.check.fault().empty()) {
    const auto part = source.reader->next();
    if (!part) break;
    if (const auto line = reading.check.take(*part)) entries.add(*line);
  }
  reading.check.finish();
  if (reading.check.fault().empty()) entries.finish();
  return reading;
}

void require_intact(const AuditReading& reading) {
  if (reading.check.fault().empty()) return;
  throw Error(ErrorKind::unrecorded, Phase::audit,
              "audit log " + base::printable(reading.file) + " does not verify: " + reading.check.fault(),
              "docs/audit.md tells what that means and what to do");
}

}  // namespace operators
