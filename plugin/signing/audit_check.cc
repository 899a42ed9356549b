#include "base/bytes.h"
#include "base/error.h"
#include "signing/audit_log.h"
#include "trust/public_key.h"

namespace signing {
namespace {

std::string hash_of(std::string_view text) {
  return trust::sha256_hex(base::bytes_of(text));
}

std::string line_number(std::uint64_t sequence) {
  return "line " + std::to_string(sequence);
}

// Why the text is no line, for a person.
std::string fault_in_text(std::string_view text, const std::string& place) {
  try {
    (void)schema::decode_audit_line(text, place);
    return place + " is not ended";
  } catch (const base::Error& error) {
    return error.message();
  }
}

}  // namespace

std::optional<schema::AuditLine> AuditCheck::take(const platform::LineReader::Part& part) {
  if (!fault_.empty()) return std::nullopt;
  if (part.ends_line) {
    try {
      if (auto line = take_line(part.text)) return line;
    } catch (const base::Error& newer) {
      say(newer.message());
    }
    if (!fault_.empty()) return std::nullopt;
  }
  add_to_fragment(part);
  return std::nullopt;
}

// A writer fences only what is no line, so a line that is not the next one is never behind a fence.
std::optional<schema::AuditLine> AuditCheck::take_line(std::string_view text) {
  std::optional<schema::AuditLine> line = schema::find_audit_line(text, line_number(head_.sequence + 1));
  if (!line) return std::nullopt;
  std::string fault = fault_in(*line);
  if (fault.empty() && !fragment_.empty() && !is_fence(*line)) fault = fragment_fault_;
  if (fault.empty()) fault = fault_in_event(*line);
  if (!fault.empty()) {
    say(fragment_fault_.empty() ? fault : fragment_fault_);
    return std::nullopt;
  }
  accept(*line, text);
  return line;
}

std::string AuditCheck::fault_in(const schema::AuditLine& line) const {
  const std::uint64_t expected = head_.sequence + 1;
  if (line.sequence > expected) {
    return line_number(expected) + " is missing: " + line_number(line.sequence) + " stands in its place";
  }
  if (line.sequence < expected) {
    return line_number(line.sequence) + " stands where " + line_number(expected) + " belongs";
  }
  if (line.previous == head_.hash) return {};
  if (head_.sequence == 0) return "line 1 is not the first line of a log";
  return line_number(head_.sequence) + " is not the line that " + line_number(expected) +
         " was written after: one of them was changed";
}

std::string AuditCheck::fault_in_event(const schema::AuditLine& line) {
  const std::string place = line_number(line.sequence);
  if (std::holds_alternative<schema::AuditRecovery>(line.event)) {
    if (fragment_.empty()) return place + " fences something that is not there";
    return {};
  }
  const auto* outcome = std::get_if<schema::AuditOutcome>(&line.event);
  if (outcome == nullptr || !outcome->intent || open_.contains(*outcome->intent)) return {};
  return place + " tells the outcome of " + line_number(*outcome->intent) + ", which waits for none";
}

bool AuditCheck::is_fence(const schema::AuditLine& line) const {
  const auto* fence = std::get_if<schema::AuditRecovery>(&line.event);
  if (fence == nullptr || !fragment_.ends_with(kAuditTear)) return false;
  const std::string_view torn = std::string_view(fragment_).substr(0, fragment_.size() - kAuditTear.size());
  return fence->size == torn.size() && fence->sha256 == hash_of(torn);
}

void AuditCheck::accept(const schema::AuditLine& line, std::string_view text) {
  head_ = {line.sequence, hash_of(text)};
  if (const auto* fence = std::get_if<schema::AuditRecovery>(&line.event)) {
    ++fragments_;
    fragment_bytes_ += fence->size;
    fragment_.clear();
    fragment_fault_.clear();
  } else if (const auto* outcome = std::get_if<schema::AuditOutcome>(&line.event)) {
    if (outcome->intent) open_.erase(*outcome->intent);
  } else {
    open_.emplace(line.sequence, line);
  }
  if (wanted_ && wanted_->sequence == head_.sequence && wanted_->hash != head_.hash) {
    say(line_number(head_.sequence) + " is not the line that the head names: the log was changed");
  }
}

void AuditCheck::add_to_fragment(const platform::LineReader::Part& part) {
  if (fragment_.empty()) fragment_fault_ = fault_in_text(part.text, line_number(head_.sequence + 1));
  fragment_ += part.text;
  if (part.ends_line) fragment_ += '\n';
  ends_line_ = part.ends_line;
  if (fragment_.size() > kMaximumAuditFragment + kAuditTear.size()) say(fragment_fault_);
}

void AuditCheck::finish() {
  if (!fault_.empty()) return;
  // A writer may have died behind the tear that it began with.
  const bool is_torn = !ends_line_ || fragment_.ends_with(kAuditTear);
  if (!fragment_.empty() && !is_torn) return say(fragment_fault_);
  torn_bytes_ = fragment_.size();
  if (!wanted_) return;
  if (wanted_->sequence > head_.sequence) {
    say("the log ends with " + line_number(head_.sequence) + ", but the head names " + line_number(wanted_->sequence) +
        ": its end is missing");
  } else if (wanted_->sequence == 0 && wanted_->hash != schema::kAuditStart) {
    say("the head is not that of an empty log");
  }
}

void AuditCheck::say(std::string fault) {
  if (fault_.empty()) fault_ = std::move(fault);
}

}  // namespace signing
