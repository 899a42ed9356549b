#include "signing/audit_log.h"

#include <array>

#include "base/bytes.h"
#include "base/error.h"
#include "trust/public_key.h"

namespace signing {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

std::string hash_of(std::string_view text) {
  return trust::sha256_hex(base::bytes_of(text));
}

// The last line of a file, and what stands behind it.
struct End {
  AuditHead head;
  std::string_view fragment;
};

// Nothing where the last line begins before `tail` does. What comes behind the last line feed is no line, whatever it
// says: its writer has not ended.
std::optional<End> find_end(std::string_view tail, bool is_whole) {
  for (std::size_t end = tail.rfind('\n'); end != std::string_view::npos;) {
    const std::size_t before = end == 0 ? std::string_view::npos : tail.rfind('\n', end - 1);
    if (before == std::string_view::npos && !is_whole) return std::nullopt;
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view text = tail.substr(begin, end - begin);
    if (const auto line = schema::find_audit_line(text, "its last line")) {
      return End{{line->sequence, hash_of(text)}, tail.substr(end + 1)};
    }
    end = before;
  }
  if (is_whole) return End{{}, tail};
  return std::nullopt;
}

Error cannot_write(const platform::AuditFile& file, const std::string& cause) {
  return {ErrorKind::unrecorded, Phase::audit, "cannot write audit log " + base::printable(file.path()) + ": " + cause,
          "notation-pkcs11 audit verify tells more; a new log begins when the file is moved away"};
}

// `tail` keeps the bytes that the fragment is part of.
End read_end(const platform::AuditFile& file, std::string& tail) {
  constexpr std::array<std::size_t, 3> kSizes{8192, 4 * schema::kMaximumAuditLine,
                                              kMaximumAuditFragment + schema::kMaximumAuditLine + 2};
  const std::uint64_t whole = file.size();
  for (const std::size_t size : kSizes) {
    tail = file.tail(size);
    try {
      const auto end = find_end(tail, tail.size() == whole);
      if (end && end->fragment.size() <= kMaximumAuditFragment) return *end;
    } catch (const Error& error) {
      throw cannot_write(file, error.message());
    }
  }
  throw cannot_write(file, "there is no line at its end");
}

std::string line_after(AuditHead& head, const AuditEvent& event, base::WallTime now) {
  std::string text = schema::encode(schema::AuditLine{head.sequence + 1, head.hash, now, event});
  head = {head.sequence + 1, hash_of(text)};
  return text;
}

bool holds(const platform::AuditFile& file, const AuditPlace& place) {
  return hash_of(file.part(place.begin, place.size)) == place.line.hash;
}

}  // namespace

AuditHead parse_audit_head(std::string_view text) {
  constexpr std::size_t kDigits = 64, kMostDigits = 15;
  const std::size_t colon = text.find(':');
  const std::string number(text.substr(0, colon));
  const std::string hash(colon == std::string_view::npos ? "" : text.substr(colon + 1));
  const bool is_number = !number.empty() && number.size() <= kMostDigits &&
                         number.find_first_not_of("0123456789") == std::string::npos &&
                         (number == "0" || number.front() != '0');
  if (!is_number || hash.size() != kDigits || hash.find_first_not_of("0123456789abcdef") != std::string::npos) {
    throw Error(ErrorKind::invalid_request, Phase::request, "head " + base::quoted(text) + " is not SEQUENCE:HASH",
                "notation-pkcs11 audit head prints one");
  }
  return {std::stoull(number), hash};
}

AuditAdded add_audit_line(const platform::StateFolder& folder, AuditEvent event, base::WallTime now,
                          const platform::AuditFile::Calls& calls, const AuditPlace* intent) {
  platform::AuditFile file(folder, calls);
  if (intent != nullptr && !holds(file, *intent)) std::get<schema::AuditOutcome>(event).intent.reset();
  std::string tail, text;
  const End end = read_end(file, tail);
  AuditAdded added{end.head, {}, {}};
  if (!end.fragment.empty()) {
    const schema::AuditRecovery fence{end.fragment.size(), hash_of(end.fragment)};
    added.lines.push_back(line_after(added.head, fence, now));
    text = kAuditTear;
  }
  added.lines.push_back(line_after(added.head, event, now));
  for (const std::string& line : added.lines)
    text += line + "\n";
  const std::size_t size = added.lines.back().size();
  added.place = {added.head, file.size() + text.size() - size - 1, size};
  file.append(text);
  return added;
}

void require_audit_log(const platform::StateFolder& folder) {
  const platform::AuditFile file(folder);
  std::string tail;
  (void)read_end(file, tail);
  file.require_room();
}

}  // namespace signing
