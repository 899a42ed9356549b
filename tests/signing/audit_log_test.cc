#include "signing/audit_log.h"

#include <filesystem>

#include "catch.h"
#include "environment_scope.h"
#include "temporary_folder.h"
#include "throws_error.h"
#include "trust/public_key.h"

using base::ErrorKind;
using platform::LineReader;
using signing::AuditCheck;
using signing::AuditHead;

namespace {

base::WallTime now() {
  return base::WallTime(std::chrono::seconds(1'795'000'000));
}

schema::AuditSubject subject() {
  schema::AuditSubject subject;
  subject.key_name = "release";
  return subject;
}

schema::AuditOutcome outcome_of(std::uint64_t intent) {
  return {intent, subject(), schema::AuditSignature{std::string(64, 'e'), "CKM_ECDSA"}};
}

int full(int descriptor, std::string_view text) noexcept {
  (void)platform::write_everything(descriptor, text.substr(0, text.size() / 2));
  return ENOSPC;
}

// A log of a few signatures, and ways to spoil it.
struct Journal {
  TemporaryFolder root;
  EnvironmentScope state_home{"XDG_STATE_HOME", root.path().c_str()};
  platform::StateFolderSearch search = platform::StateFolderSearch::open();
  std::string path = root / "notation-pkcs11/audit.jsonl";

  AuditHead add(const signing::AuditEvent& event) { return signing::add_audit_line(*search.folder, event, now()).head; }
  AuditHead add_signature() {
    const AuditHead intent = add(schema::AuditIntent{subject()});
    return add(outcome_of(intent.sequence));
  }
  std::string content() const { return content_of(path); }
  void write(const std::string& text) { (void)root.write("notation-pkcs11/audit.jsonl", text); }
  void append(const std::string& text) { write(content() + text); }
  void fail_to_add() {
    const platform::AuditFile::Calls disk_is_full{full, platform::AuditFile::real_calls().sync};
    REQUIRE_ERROR(signing::add_audit_line(*search.folder, schema::AuditIntent{subject()}, now(), disk_is_full),
                  ErrorKind::unrecorded);
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::string text = content();
    for (std::size_t end = 0; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1))
      lines.push_back(text.substr(0, end + 1));
    return lines;
  }
  void write(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
      text += line;
    write(text);
  }

  AuditCheck check(std::optional<AuditHead> head = std::nullopt) const {
    AuditCheck check(std::move(head));
    auto reader = LineReader::open(*search.folder, schema::kMaximumAuditLine);
    while (reader) {
      const auto part = reader->next();
      if (!part) break;
      (void)check.take(*part);
    }
    check.finish();
    return check;
  }
  std::string fault(std::optional<AuditHead> head = std::nullopt) const { return check(std::move(head)).fault(); }
};

}  // namespace

TEST_CASE("each line of the audit log names the hash of the line before") {
  Journal journal;
  CHECK(schema::kAuditStart == trust::sha256_hex(base::bytes_of("notation-pkcs11 audit log, version 1")));
  CHECK(journal.check().head() == AuditHead{});
  const AuditHead first = journal.add(schema::AuditIntent{subject()});
  const AuditHead second = journal.add(outcome_of(1));
  const std::vector<std::string> lines = journal.lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].find(schema::kAuditStart) != std::string::npos);
  CHECK(first == AuditHead{1, trust::sha256_hex(base::bytes_of(lines[0].substr(0, lines[0].size() - 1)))});
  CHECK(lines[1].find("\"previous\":\"" + first.hash + "\"") != std::string::npos);
  const AuditCheck check = journal.check();
  CHECK(check.fault().empty());
  CHECK(check.head() == second);
  CHECK(check.open().empty());
}

TEST_CASE("a line that was changed, removed, repeated or moved is found") {
  Journal journal;
  for (int i = 0; i < 3; ++i)
    journal.add_signature();
  const std::vector<std::string> good = journal.lines();
  const auto with = [&](auto spoil) {
    std::vector<std::string> lines = good;
    spoil(lines);
    journal.write(lines);
    return journal.fault();
  };
  CHECK(with([](auto&) {}).empty());
  CHECK(with([](auto& lines) { lines[1].replace(lines[1].find("release"), 7, "another"); }) ==
        "line 2 is not the line that line 3 was written after: one of them was changed");
  CHECK(with([](auto& lines) { lines[2][20] = '?'; }).starts_with("line 3: "));
  CHECK(with([](auto& lines) { lines.erase(lines.begin() + 2); }) == "line 3 is missing: line 4 stands in its place");
  CHECK(with([](auto& lines) { lines.erase(lines.begin()); }) == "line 1 is missing: line 2 stands in its place");
  CHECK(with([](auto& lines) { lines.insert(lines.begin() + 2, lines[1]); }) == "line 2 stands where line 3 belongs");
  CHECK(with([](auto& lines) { std::swap(lines[2], lines[3]); }) == "line 3 is missing: line 4 stands in its place");
  CHECK(with([](auto& lines) { lines[2].insert(0, "\n"); }).starts_with("line 3: "));
  CHECK(with([](auto& lines) { lines[2].insert(0, "#torn\n"); }).starts_with("line 3: "));
}

TEST_CASE("a tail that was cut off is found with a head that is kept elsewhere, and not without") {
  Journal journal;
  const AuditHead middle = journal.add_signature();
  const AuditHead end = journal.add_signature();
  CHECK(journal.fault(middle).empty());
  CHECK(journal.fault(end).empty());
  CHECK(journal.fault(AuditHead{}).empty());
  std::vector<std::string> lines = journal.lines();
  lines.resize(2);
  journal.write(lines);
  CHECK(journal.fault().empty());
  CHECK(journal.fault(middle).empty());
  CHECK(journal.fault(end) == "the log ends with line 2, but the head names line 4: its end is missing");
  journal.write("");
  CHECK(journal.fault(middle) == "the log ends with line 0, but the head names line 2: its end is missing");
  journal.add_signature();
  journal.add_signature();
  CHECK(journal.fault(middle).empty());  // the same two lines at the same second
  journal.add(schema::AuditOutcome{std::nullopt, subject(), schema::AuditFailure{"late", "sign", "", "x"}});
  CHECK(journal.fault(AuditHead{3, std::string(64, '0')}) ==
        "line 3 is not the line that the head names: the log was changed");
}

TEST_CASE("a line that a crash cut short is kept, fenced by the next writer, and never counts") {
  Journal journal;
  journal.add_signature();
  const std::string line = journal.lines()[0];
  for (const std::size_t size : {std::size_t{1}, line.size() / 2, line.size() - 1}) {
    const AuditHead before = journal.check().head();
    const std::string old = journal.content();
    const std::string torn = line.substr(0, size);
    journal.append(torn);
    CHECK(journal.fault().empty());
    CHECK(journal.check().torn_bytes() == size);
    CHECK(journal.check().head() == before);
    const AuditHead after = journal.add(schema::AuditIntent{subject()});
    CHECK(after.sequence == before.sequence + 2);
    CHECK(journal.content().starts_with(old + torn + "#torn\n{"));
    CHECK(journal.fault().empty());
    CHECK(journal.check().head() == after);
    CHECK(journal.check().torn_bytes() == 0);
  }
  CHECK(journal.check().fragments() == 3);
}

TEST_CASE("a fence that is cut short itself is fenced as well") {
  Journal journal;
  journal.add_signature();
  journal.append("{\"version\":1,\"seq");
  const std::string before = journal.content();
  journal.add_signature();
  const std::string added = journal.content().substr(before.size());
  for (std::size_t size = 0; size < added.size(); size += 7) {
    journal.write(before + added.substr(0, size));
    CHECK(journal.fault().empty());
    const AuditHead head = journal.add_signature();
    CHECK(journal.fault().empty());
    CHECK(journal.check().head() == head);
  }
}

TEST_CASE("a line that a full disk cut short is fenced as well, and was never acknowledged") {
  Journal journal;
  journal.add_signature();
  journal.fail_to_add();
  journal.fail_to_add();
  CHECK(journal.check().head().sequence == 2);
  const AuditHead head = journal.add_signature();
  CHECK(journal.fault().empty());
  CHECK(journal.check().head() == head);
  CHECK(journal.check().fragments() == 1);
}

TEST_CASE("blocks that never reached the disk are fenced, line feeds in them or not") {
  Journal journal;
  journal.add_signature();
  journal.append(std::string(9000, '\0') + "\n{}\n\n");
  CHECK(journal.fault().starts_with("line 3: "));
  journal.add_signature();
  CHECK(journal.fault().empty());
  CHECK(journal.check().fragment_bytes() == 9005);
}

TEST_CASE("a fence that does not fit what it fences is found") {
  Journal journal;
  journal.add_signature();
  journal.append("half a line");
  journal.add_signature();
  const std::string good = journal.content();
  REQUIRE(journal.fault().empty());
  std::string other = good;
  other.replace(other.find("half"), 4, "full");
  journal.write(other);
  CHECK(journal.fault().starts_with("line 3: "));
  other = good;
  other.erase(other.find("half a line#torn\n"), 17);
  journal.write(other);
  CHECK(journal.fault() == "line 3 fences something that is not there");
  other = good;
  other.erase(other.find("#torn\n"), 5);
  journal.write(other);
  CHECK(journal.fault().starts_with("line 3: "));
}

TEST_CASE("what is no audit log is not written on to for ever") {
  Journal journal;
  journal.write(std::string(2'000'000, 'x'));
  REQUIRE_ERROR(journal.add(schema::AuditIntent{subject()}), ErrorKind::unrecorded);
  REQUIRE_ERROR(signing::require_audit_log(*journal.search.folder), ErrorKind::unrecorded);
  CHECK(journal.fault().starts_with("line 1: "));
  CHECK(journal.content().size() == 2'000'000);
  journal.write("{\"version\":2}\n");
  const base::Error newer = error_of([&] { journal.add(schema::AuditIntent{subject()}); });
  CHECK(newer.message().find("needs a newer notation-pkcs11") != std::string::npos);
  CHECK(journal.fault().find("needs a newer notation-pkcs11") != std::string::npos);
}

TEST_CASE("an intent without an outcome is what nobody knows, and no fault") {
  Journal journal;
  journal.add_signature();
  journal.add(schema::AuditIntent{subject()});
  journal.add_signature();
  const AuditCheck check = journal.check();
  CHECK(check.fault().empty());
  REQUIRE(check.open().size() == 1);
  CHECK(check.open().contains(3));
  journal.add(outcome_of(3));
  CHECK(journal.check().open().empty());
  journal.add(outcome_of(3));
  CHECK(journal.fault() == "line 7 tells the outcome of line 3, which waits for none");
}

TEST_CASE("an outcome whose log was moved away names no line of the new one, and closes none") {
  Journal journal;
  const platform::AuditFile::Calls& calls = platform::AuditFile::real_calls();
  journal.add_signature();
  const auto intent = signing::add_audit_line(*journal.search.folder, schema::AuditIntent{subject()}, now());
  REQUIRE(intent.place.line == intent.head);
  std::filesystem::rename(journal.path, journal.root / "notation-pkcs11/old.jsonl");
  const bool has_open_intent = GENERATE(true, false);
  if (has_open_intent) {
    schema::AuditSubject other;
    other.key_name = "other";
    journal.add_signature();
    journal.add(schema::AuditIntent{other});
  }
  signing::add_audit_line(*journal.search.folder, outcome_of(3), now(), calls, &intent.place);
  const AuditCheck check = journal.check();
  CHECK(check.fault().empty());
  CHECK(check.open().size() == (has_open_intent ? 1 : 0));
  CHECK(journal.content().find("\"intent\":3") == std::string::npos);
}

TEST_CASE("an outcome finds its intent, however many lines other processes added") {
  Journal journal;
  journal.append("half a line");
  const auto intent = signing::add_audit_line(*journal.search.folder, schema::AuditIntent{subject()}, now());
  for (int i = 0; i < 50; ++i)
    journal.add_signature();
  REQUIRE(journal.check().open().size() == 1);
  signing::add_audit_line(*journal.search.folder, outcome_of(2), now(), platform::AuditFile::real_calls(),
                          &intent.place);
  CHECK(journal.fault().empty());
  CHECK(journal.check().open().empty());
}

TEST_CASE("a short write that ends behind its fence's first word is torn, and no fault") {
  Journal journal;
  journal.add_signature();
  journal.append("{\"version\":1,\"sequ#torn\n");
  CHECK(journal.fault().empty());
  CHECK(journal.check().torn_bytes() == 24);
  const AuditHead head = journal.add_signature();
  CHECK(journal.fault().empty());
  CHECK(journal.check().head() == head);
  CHECK(journal.check().fragments() == 1);
}

TEST_CASE("a head is a number and a hash") {
  const std::string hash(64, 'a');
  CHECK(signing::parse_audit_head("12:" + hash) == AuditHead{12, hash});
  for (const std::string& wrong : {std::string("12"), "12:" + hash + "a", ":" + hash, "-1:" + hash, "012:" + hash,
                                   "12:" + std::string(64, 'A'), "9999999999999999:" + hash}) {
    REQUIRE_ERROR(signing::parse_audit_head(wrong), ErrorKind::invalid_request);
  }
}
