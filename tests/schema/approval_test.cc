#include "schema/approval.h"

#include <algorithm>
#include <set>

#include "catch.h"
#include "throws_error.h"

using namespace std::chrono_literals;
using schema::ApprovalSubject;
using schema::Ticket;
using schema::TicketState;

namespace {

constexpr base::WallTime kNow{1795225709s};  // 2026-11-21T01:48:29Z

const std::string kArtifact = R"({"digest":"sha256:)" + std::string(64, 'c') +
                              R"(","mediaType":"application/vnd.oci.image.manifest.v1+json","size":528})";
const std::string kSubject = R"({"artifact":)" + kArtifact + R"(,"lifetime":3600,"signingScheme":"notary.x509"})";

ApprovalSubject subject() {
  return {
      {"application/vnd.oci.image.manifest.v1+json", "sha256:" + std::string(64, 'c'), 528, {}}, "notary.x509", 3600s};
}

Ticket ticket(TicketState state = TicketState::open) {
  Ticket ticket;
  ticket.request = {
      std::string(32, '1'), "release",           std::string(64, 'a'), pkcs11::KeySpec::ec_384, subject(), kNow,
      kNow + 24h,           {{"user", "runner"}}};
  ticket.backend = "exec";
  ticket.place = "/bin/ask";
  ticket.state = state;
  ticket.progress.approved = {"ada"};
  ticket.newest = kNow + 5s;
  if (state == TicketState::permitted) ticket.permission = {{"ada"}, kNow + 1h, R"({"n":1})"};
  if (state == TicketState::refused) ticket.refusal = {{"grace"}, "frozen"};
  if (state == TicketState::executed) ticket.result = {{1, 2, 3}, {"ada"}};
  return ticket;
}

Ticket read(const std::string& json) {
  return schema::decode_ticket(json, "/state/t.json");
}

std::string cause(const std::string& json) {
  const base::Error error = error_of([&] { read(json); });
  require_error(error, base::ErrorKind::invalid_settings);
  REQUIRE(error.phase() == base::Phase::approval);
  const std::string prefix = "cannot read the approval ticket /state/t.json: ";
  REQUIRE(error.message().starts_with(prefix));
  return error.message().substr(prefix.size());
}

// The encoded ticket with one piece of its text in the place of another.
std::string replaced(const Ticket& ticket, const std::string& from, const std::string& to) {
  std::string json = schema::encode(ticket);
  const std::size_t place = json.find(from);
  REQUIRE(place != std::string::npos);
  return json.replace(place, from.size(), to);
}

std::string changed(const std::string& from, const std::string& to) {
  return cause(replaced(ticket(), from, to));
}

}  // namespace

TEST_CASE("the subject of a payload leaves its signing time out") {
  schema::NotaryPayload payload;
  payload.target = subject().artifact;
  payload.signing_scheme = "notary.x509";
  payload.signing_time = kNow;
  REQUIRE(schema::subject_of(payload) == ApprovalSubject{payload.target, "notary.x509", std::nullopt});
  payload.expiry = kNow + 1h;
  const ApprovalSubject first = schema::subject_of(payload);
  REQUIRE(first.lifetime == 1h);
  payload.signing_time += 7min;
  *payload.expiry += 7min;
  REQUIRE(schema::subject_of(payload) == first);
}

TEST_CASE("equal subjects have one canonical text, different ones another") {
  REQUIRE(schema::canonical(subject()) == kSubject);
  std::vector<ApprovalSubject> others(8, subject());
  others[0].artifact.media_type += 'x';
  others[1].artifact.digest.back() = 'd';
  others[2].artifact.size = 529;
  others[3].artifact.annotations["a"] = "b";
  others[4].artifact.annotations["a"] = "b\",\"c\":\"d";
  others[5].artifact.annotations = {{"a", "b"}, {"c", "d"}};
  others[6].lifetime = std::nullopt;
  others[7].signing_scheme = "notary.x509.signingAuthority";
  std::set<std::string> texts{kSubject};
  for (const ApprovalSubject& other : others)
    texts.insert(schema::canonical(other));
  REQUIRE(texts.size() == others.size() + 1);
}

TEST_CASE("a ticket of every state is read as it was written") {
  for (const TicketState state : {TicketState::intended, TicketState::open, TicketState::permitted,
                                  TicketState::refused, TicketState::executed}) {
    const Ticket written = ticket(state);
    const std::string json = schema::encode(written);
    REQUIRE(read(json) == written);
    REQUIRE(schema::encode(read(json)) == json);
  }
}

TEST_CASE("a ticket with everything in it is read as it was written") {
  Ticket written = ticket();
  written.payload_sha256 = std::string(64, 'e');
  written.service_id = "REQ-41";
  written.progress = {{"a"}, {"b", "c"}, {"d"}, true, "https://approvals.example.com/41", 30s, "an unknown status"};
  written.request.subject.lifetime = std::nullopt;
  written.request.subject.artifact.annotations = {{"org.example", "\t\"\\"}, {"", ""}};
  written.request.subject.artifact.size = std::numeric_limits<std::int64_t>::max();
  REQUIRE(read(schema::encode(written)) == written);
}

TEST_CASE("a ticket without an end of the permission and without evidence is read as it was written") {
  Ticket written = ticket(TicketState::permitted);
  written.permission = schema::ApprovalPermitted{{}, std::nullopt, ""};
  REQUIRE(read(schema::encode(written)) == written);
}

TEST_CASE("hostile names survive in a ticket") {
  Ticket written = ticket(TicketState::refused);
  written.progress.approved = {std::string("a\0b", 3), "\"},{", "\\u0000", "\n\r\x1b[31m", "\u202eada",
                               "\U0001F511",           ""};
  written.progress.missing = written.progress.approved;
  written.refusal->by = written.progress.approved;
  written.refusal->reason = written.progress.approved[0];
  written.request.claims = {{"\x7f", "\u2028"}, {"\"", std::string(1, '\0')}};
  REQUIRE(read(schema::encode(written)) == written);
}

TEST_CASE("names and texts that are too long are cut between characters, so that the ticket stays readable") {
  Ticket written = ticket(TicketState::refused);
  written.progress.missing.assign(100, "a" + std::string(300, 'b'));
  written.progress.refused = {"a" + std::string(254, 'b') + "\u00e4"};
  written.refusal->reason.assign(5000, 'r');
  written.progress.retry_after = 1'000'000s;
  for (int i = 0; i < 100; ++i)
    written.request.claims["n" + std::to_string(i)] = std::string(2000, 'c');
  const Ticket as_read = read(schema::encode(written));
  REQUIRE(as_read.progress.missing == std::vector<std::string>(64, "a" + std::string(255, 'b')));
  REQUIRE(as_read.progress.refused == std::vector<std::string>{"a" + std::string(254, 'b')});
  REQUIRE(as_read.refusal->reason.size() == 1024);
  REQUIRE(as_read.progress.retry_after == 24h);
  REQUIRE(as_read.request.claims.size() == 64);
}

TEST_CASE("text that is not UTF-8 does not make a ticket unreadable") {
  Ticket written = ticket();
  written.request.claims["user"] = "j\xf6rg";
  written.progress.approved = {std::string(256, '\xff')};
  const Ticket as_read = read(schema::encode(written));
  REQUIRE(as_read.request.claims.at("user") == "j\\xf6rg");
  REQUIRE(as_read.progress.approved[0].size() <= 256);
}

TEST_CASE("a ticket that names would make too long is kept without them") {
  Ticket written = ticket(TicketState::permitted);
  const std::vector<std::string> heavy(64, std::string(256, '\x01'));
  written.progress.approved = written.progress.missing = written.progress.refused = heavy;
  written.permission->approved = heavy;
  const std::string json = schema::encode(written);
  REQUIRE(json.size() <= schema::kMaximumTicketSize);
  const Ticket as_read = read(json);
  REQUIRE(as_read.permission->approved.empty());
  REQUIRE(as_read.permission->evidence == written.permission->evidence);
  REQUIRE(as_read.request == written.request);
}

TEST_CASE("nobody is asked about an artifact whose annotations do not fit into a ticket") {
  Ticket written = ticket();
  written.request.subject.artifact.annotations["a"] = std::string(schema::kMaximumTicketSize, 'a');
  const base::Error error = error_of([&] { schema::encode(written); });
  require_error(error, base::ErrorKind::invalid_payload);
  REQUIRE(error.message() == "cannot ask for approval of sha256:" + std::string(64, 'c') +
                                 ": its annotations are too long to be kept with the request");
}

TEST_CASE("times lose their fractions in a ticket") {
  Ticket written = ticket(TicketState::permitted);
  written.newest += 999ms;
  *written.permission->until += 1ms;
  REQUIRE(read(schema::encode(written)) == ticket(TicketState::permitted));
}

TEST_CASE("what is not a ticket is refused with the reason") {
  REQUIRE(cause("") == "it is empty");
  REQUIRE(cause("[]") == "it is an array, not an object");
  REQUIRE(cause("{") == "not valid JSON at line 1, column 1");
  REQUIRE(cause("{}") == "version: is missing");
  REQUIRE(cause(R"({"version":1})") == "request: is missing");
  REQUIRE(cause(std::string(schema::kMaximumTicketSize + 1, ' ')) == "it is longer than 262144 bytes");
  REQUIRE(changed(R"("version":1)", R"("version":2)") ==
          "version: 2 needs a newer notation-pkcs11; this release reads version 1");
  REQUIRE(changed(R"("version":1)", R"("version":1.0)") == "version: must be 1");
  REQUIRE(changed(R"("version":1)", R"("version":1,"version":1)") == "member \"version\" stands twice in one object");
  REQUIRE(changed(R"("version":1)", R"("version":1,"extra":1)") == "extra: is not known here");
  REQUIRE_NOTHROW(read(replaced(ticket(), R"("version":1)", R"("version":1,"x-extra":1)")));
}

TEST_CASE("every member of a ticket is checked") {
  REQUIRE(changed(R"("state":"open")", R"("state":"done")") ==
          "state: must be intended, open, permitted, refused or executed");
  REQUIRE(changed(R"("backend":"exec")", R"("backend":"")") == "backend: is empty");
  REQUIRE(changed(R"("place":"/bin/ask")", R"("place":7)") == "place: is a number, not text");
  REQUIRE(changed(R"("place":"/bin/ask")", R"("place":"","service_id":"")") == "service_id: is empty");
  REQUIRE(changed(R"("place":"/bin/ask")", R"("place":"","payload_sha256":"aa")") ==
          "payload_sha256: must be 64 lower-case hexadecimal digits");
  REQUIRE(changed("2026-11-21T01:48:34Z", "2026-11-21T01:48:34+00:00") ==
          "newest: must be a time like 2026-11-21T01:48:29Z");
  REQUIRE(changed(R"("executing":false)", R"("executing":0)") == "progress.executing: is a number, not true or false");
  REQUIRE(changed(R"("approved":["ada"])", R"("approved":[null])") ==
          "progress.approved: holds null where text belongs");
  REQUIRE(changed(R"("approved":["ada"],)", "") == "progress.approved: is missing");
  REQUIRE(changed(R"("approved":["ada"])", R"("approved":[")" + std::string(257, 'a') + "\"]") ==
          "progress.approved: entry 1 is longer than 256 bytes");
}

TEST_CASE("every member of a ticket's request is checked") {
  REQUIRE(changed(std::string(32, '1'), std::string(31, '1')) ==
          "request.id: must be 32 lower-case hexadecimal digits");
  REQUIRE(changed(R"("sha256":"aaa)", R"("sha256":"AAA)") ==
          "request.key.sha256: must be 64 lower-case hexadecimal digits");
  REQUIRE(changed("EC-384", "EC-385") == "request.key.spec: is not a key spec like EC-256 or RSA-3072");
  REQUIRE(changed("sha256:ccc", "sha512:ccc") ==
          "request.subject.artifact.digest: does not have 128 lower-case hexadecimal digits");
  REQUIRE(changed("sha256:ccc", "md5:ccc") ==
          "request.subject.artifact.digest: does not begin with sha256:, sha384: or sha512:");
  REQUIRE(changed(R"("size":528)", R"("size":-1)") ==
          "request.subject.artifact.size: must be a whole number from 0 to 9223372036854775807");
  REQUIRE(changed(R"("size":528)", R"("size":528,"annotations":{"a":1})") ==
          "request.subject.artifact.annotations: \"a\" is a number, not text");
  REQUIRE(changed(R"("signingScheme":"notary.x509")", R"("signingScheme":"")") ==
          "request.subject.signingScheme: is empty");
  REQUIRE(changed(R"("lifetime":3600)", R"("lifetime":"1h")") ==
          "request.subject.lifetime: must be a whole number from 0 to 10000000000");
  REQUIRE(changed("2026-11-22T01:48:29Z", "2026-11-20T01:48:29Z") == "request.expires: is earlier than created");
  REQUIRE(changed(R"("user":"runner")", R"("user":[])") == "request.claims: \"user\" is an array, not text");
}

TEST_CASE("the state of a ticket and what is in it agree") {
  const auto renamed = [](TicketState state, const std::string& name) {
    return cause(replaced(ticket(state), R"("state":")" + std::string(schema::name_of(state)), R"("state":")" + name));
  };
  REQUIRE(renamed(TicketState::open, "permitted") == "permission: is missing in the state permitted");
  REQUIRE(renamed(TicketState::open, "refused") == "refusal: is missing in the state refused");
  REQUIRE(renamed(TicketState::open, "executed") == "result: is missing in the state executed");
  REQUIRE(renamed(TicketState::permitted, "open") == "permission: does not belong to the state open");
  REQUIRE(renamed(TicketState::refused, "open") == "refusal: does not belong to the state open");
  REQUIRE(renamed(TicketState::executed, "intended") == "result: does not belong to the state intended");
  REQUIRE(renamed(TicketState::refused, "permitted") == "permission: is missing in the state permitted");
}

TEST_CASE("what a decided ticket holds is checked") {
  const auto fault = [](TicketState state, const std::string& from, const std::string& to) {
    return cause(replaced(ticket(state), from, to));
  };
  REQUIRE(fault(TicketState::permitted, R"("{\"n\":1}")", R"("yes")") ==
          "permission.evidence: is not the text of a JSON value");
  REQUIRE(fault(TicketState::permitted, R"("until":"2026)", R"("until":"2026-)") ==
          "permission.until: must be a time like 2026-11-21T01:48:29Z");
  REQUIRE(fault(TicketState::refused, R"("reason":"frozen")", R"("reason":")" + std::string(1025, 'r') + '"') ==
          "refusal.reason: is longer than 1024 bytes");
  REQUIRE(fault(TicketState::executed, "AQID", "AQI") == "result.signature: is not base64");
  REQUIRE(fault(TicketState::executed, "AQID", "") == "result.signature: is empty");
}

TEST_CASE("the name of a ticket's file is made safe in a message") {
  const base::Error error = error_of([] { schema::decode_ticket("{}", "/a\x1b[31m"); });
  REQUIRE(error.message() == "cannot read the approval ticket /a\\x1b[31m: version: is missing");
}
