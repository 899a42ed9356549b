#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "platform/audit_file.h"
#include "platform/state_folder.h"
#include "schema/audit.h"

// The audit log as a chain of lines; docs/audit.md has its rules.
namespace signing {

// One line by number and hash: whoever keeps it elsewhere can tell later that nothing before it was changed or cut off.
struct AuditHead {
  std::uint64_t sequence = 0;  // 0: there is no line
  std::string hash{schema::kAuditStart};

  bool operator==(const AuditHead&) const = default;
};

// "12:" and 64 lower-case hexadecimal digits. Error(invalid_request) for anything else.
AuditHead parse_audit_head(std::string_view text);

using AuditEvent = decltype(schema::AuditLine::event);

// What stands between a fragment and the line that fences it.
inline constexpr std::string_view kAuditTear = "#torn\n";

// The most that may stand between two lines, or behind the last, without being one.
inline constexpr std::size_t kMaximumAuditFragment = 1'048'576;  // bytes

// Where a line stands, to be found again in the very file that it was added to.
struct AuditPlace {
  AuditHead line;
  std::uint64_t begin = 0;  // bytes before it
  std::size_t size = 0;     // bytes without the line feed
};

struct AuditAdded {
  AuditHead head;
  std::vector<std::string> lines;  // without their line feeds; the fence, if there was one, and the line
  AuditPlace place;                // of the line
};

// Adds a line, and before it, where the file does not end with one, a fence for what stands there. The line is on the
// disk when this returns, if the calls see to that. `intent` is the line that an outcome is of: where it is not in this
// file, because the log was moved away meanwhile, the outcome names no line. Error(unrecorded, phase audit).
AuditAdded add_audit_line(const platform::StateFolder& folder, AuditEvent event, base::WallTime now,
                          const platform::AuditFile::Calls& calls = platform::AuditFile::real_calls(),
                          const AuditPlace* intent = nullptr);

// Error(unrecorded) where a line could not be added, as far as that can be said without adding one: a full file system
// is found, a quota is not.
void require_audit_log(const platform::StateFolder& folder);

// Takes a log from its first byte to its last, and says what can be said for it.
class AuditCheck {
 public:
  // `head`: kept elsewhere, to be found in the log.
  explicit AuditCheck(std::optional<AuditHead> head = std::nullopt) : wanted_(std::move(head)) {}

  // The line when these bytes are the next one of the chain. Nothing is looked at after the first fault.
  std::optional<schema::AuditLine> take(const platform::LineReader::Part& part);

  // After the last part.
  void finish();

  const std::string& fault() const { return fault_; }  // empty: none was found
  const AuditHead& head() const { return head_; }
  std::uint64_t fragments() const { return fragments_; }
  std::uint64_t fragment_bytes() const { return fragment_bytes_; }
  std::uint64_t torn_bytes() const { return torn_bytes_; }  // at the end, not fenced yet
  // Intents of which nobody knows what became.
  const std::map<std::uint64_t, schema::AuditLine>& open() const { return open_; }

 private:
  std::optional<schema::AuditLine> take_line(std::string_view text);
  std::string fault_in(const schema::AuditLine& line) const;
  std::string fault_in_event(const schema::AuditLine& line);
  void accept(const schema::AuditLine& line, std::string_view text);
  bool is_fence(const schema::AuditLine& line) const;
  void add_to_fragment(const platform::LineReader::Part& part);
  void say(std::string fault);

  std::optional<AuditHead> wanted_;
  AuditHead head_;
  std::string fault_;
  std::uint64_t fragments_ = 0, fragment_bytes_ = 0, torn_bytes_ = 0;
  std::map<std::uint64_t, schema::AuditLine> open_;
  std::string fragment_;        // since the last line
  std::string fragment_fault_;  // why its first line is none of the chain
  bool ends_line_ = false;      // its last part did
};

}  // namespace signing
