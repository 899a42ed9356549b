#include "approvals/task_view.h"

#include "base/base64.h"
#include "throws_error.h"
#include "trust/public_key.h"

using base::Bytes;
using base::ErrorKind;

namespace {

// {"alg":"ES256","crit":["io.cncf.notary.signingScheme"],"cty":"application/vnd.cncf.notary.payload.v1+json",
//  "io.cncf.notary.signingScheme":"notary.x509","io.cncf.notary.signingTime":"2026-11-21T02:02:02Z"}
// {"targetArtifact":{"digest":"sha256:43a6…","mediaType":"application/vnd.oci.image.manifest.v1+json","size":587}}
constexpr std::string_view kPayload =
    "eyJhbGciOiJFUzI1NiIsImNyaXQiOlsiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSJdLCJjdHkiOiJhcHBsaWNhdGlvbi92bmQuY25jZi5u"
    "b3RhcnkucGF5bG9hZC52MStqc29uIiwiaW8uY25jZi5ub3Rhcnkuc2lnbmluZ1NjaGVtZSI6Im5vdGFyeS54NTA5IiwiaW8uY25jZi5ub3Rhcnku"
    "c2lnbmluZ1RpbWUiOiIyMDI2LTExLTIxVDAyOjAyOjAyWiJ9."
    "eyJ0YXJnZXRBcnRpZmFjdCI6eyJkaWdlc3QiOiJzaGEyNTY6NDNhNmY0MzhhM2U1NDUyYTQ1NDNmMjhmYzI3OTY3OTY4ZjI2YTM2Yjg4NWRiN2Nl"
    "OTdlY2ZiYmFkM2RhYWVmOSIsIm1lZGlhVHlwZSI6ImFwcGxpY2F0aW9uL3ZuZC5vY2kuaW1hZ2UubWFuaWZlc3QudjEranNvbiIsInNpemUiOjU4"
    "N319";
const Bytes kOwnKey{1, 2, 3};

Bytes bytes_of(std::string_view text) {
  const base::ByteView bytes = base::bytes_of(text);
  return {bytes.begin(), bytes.end()};
}

schema::TsbToken token() {
  schema::TsbToken token;
  token.key = "release-key";
  token.time = schema::TsbTokenTime{1'767'225'600, "timestamp-key", {}};
  token.payload = bytes_of(kPayload);
  return token;
}

std::string inner_request(const std::string& key, base::ByteView payload) {
  return R"({"payload":")" + base::encode_base64(payload) + R"(","signKeyName":")" + key +
         R"(","keyPassword":["s"],"signatureAlgorithm":"SHA256_WITH_ECDSA"})";
}

schema::TsbTask task_for(const schema::TsbToken& token) {
  schema::TsbTask task;
  task.id = "7c1e09d4-0000-4000-8000-000000000001";
  task.approval_to_be_signed = encode(token);
  task.approver_public_key = kOwnKey;
  task.payload = token.payload;
  task.payload_type = "UNSPECIFIED";
  task.metadata = R"({"app":"builds","time":"2026-11-21T02:02:03Z"})";
  task.request = inner_request(token.key, token.payload);
  return task;
}

operators::TaskView view(const schema::TsbTask& task) {
  return operators::view_of(task, kOwnKey);
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

void require_refused(const schema::TsbTask& task, std::string_view why) {
  const operators::TaskView seen = view(task);
  INFO(seen.fault);
  CHECK(holds(seen.fault, why));
  REQUIRE_ERROR(operators::require_approvable(seen, true), ErrorKind::denied);
  CHECK(holds(operators::describe(seen), "  this cannot be approved: "));
  CHECK(report(seen).fault == seen.fault);
}

}  // namespace

TEST_CASE("what is shown as signed is what the bytes say, and what the requester says stands apart") {
  const schema::TsbTask task = task_for(token());
  const operators::TaskView seen = view(task);
  CHECK_NOTHROW(operators::require_approvable(seen, false));
  const std::string digest = base::to_hex(trust::digest(pkcs11::Hash::sha_256, task.approval_to_be_signed));
  CHECK(operators::describe(seen) ==
        "task 7c1e09d4-0000-4000-8000-000000000001\n"
        "  what the signed bytes say:\n"
        "    operation  use the key (code 1)\n"
        "    key        release-key\n"
        "    HSM time   2026-01-01T00:00:00Z, key timestamp-key\n"
        "    artifact   sha256:43a6f438a3e5452a4543f28fc27967968f26a36b885db7ce97ecfbbad3daaef9\n"
        "               application/vnd.oci.image.manifest.v1+json, 587 bytes\n"
        "    signature  JWS, notary.x509, by a key EC-256\n"
        "               signing time 2026-11-21T02:02:02Z, does not expire\n"
        "  SHA-256 of the bytes " +
            digest +
            "\n"
            "  claimed by the requester, verified by nobody:\n"
            "    app          builds\n"
            "    time         2026-11-21T02:02:03Z\n"
            "    algorithm    SHA256_WITH_ECDSA\n"
            "    payload type UNSPECIFIED\n");
  CHECK(operators::summary(seen) == "7c1e09d4  sha256:43a6f438a3e5  release-key  2026-11-21T02:02:02Z");
}

TEST_CASE("a service that shows something else than the bytes say is found out") {
  schema::TsbTask task = task_for(token());
  task.payload->back() ^= 1;
  require_refused(task, "another payload");

  task = task_for(token());
  task.request = inner_request("test-key", token().payload);
  require_refused(task, "\"test-key\"");

  task = task_for(token());
  task.request = inner_request("release-key", bytes_of("something"));
  require_refused(task, "another payload");

  task = task_for(token());
  task.request = R"({"signRequest":)" + inner_request("test-key", token().payload) + R"(,"requestSignature":null})";
  require_refused(task, "\"test-key\"");

  task = task_for(token());
  task.approver_public_key = {9};
  require_refused(task, "another key");
}

TEST_CASE("every byte of the token that is changed is seen, or makes the token unreadable") {
  const schema::TsbTask good = task_for(token());
  const auto what_it_says = [](const schema::TsbTask& task) {
    const std::string text = operators::describe(view(task));
    return text.substr(0, text.find("  SHA-256 of the bytes"));
  };
  const std::string before = what_it_says(good);
  for (std::size_t at = 0; at < good.approval_to_be_signed.size(); ++at) {
    schema::TsbTask task = good;
    task.approval_to_be_signed[at] ^= 0x01;
    task.payload.reset();
    task.request.clear();
    INFO(at);
    CHECK((!view(task).fault.empty() || what_it_says(task) != before));
  }
  schema::TsbTask task = good;
  task.approval_to_be_signed.pop_back();
  require_refused(task, "cannot be read");
  CHECK(operators::summary(view(task)) == "7c1e09d4  cannot be read");
}

TEST_CASE("a task whose service shows no more than the bytes is shown from the bytes") {
  schema::TsbTask task;
  task.id = "7c1e09d4";
  task.approval_to_be_signed = encode(token());
  const operators::TaskView seen = view(task);
  CHECK(seen.fault.empty());
  CHECK(holds(operators::describe(seen), "sha256:43a6f438a3e5"));
  CHECK_FALSE(holds(operators::describe(seen), "claimed"));
}

TEST_CASE("what is not a Notary payload is approved only when that is said") {
  schema::TsbToken other = token();
  other.payload = {0, 1, 2};
  const operators::TaskView seen = view(task_for(other));
  CHECK(holds(operators::describe(seen),
              "    payload    not a Notary payload, 3 bytes\n"
              "               SHA-256 ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc\n"));
  REQUIRE_ERROR(operators::require_approvable(seen, false), ErrorKind::invalid_payload);
  CHECK_NOTHROW(operators::require_approvable(seen, true));
  CHECK(operators::summary(seen) == "7c1e09d4  not a Notary payload  release-key");
}

TEST_CASE("other operations than use are named, and are never taken for a signature over an artifact") {
  struct Case {
    std::uint32_t code;
    const char* words;
  };
  for (const Case& test :
       {Case{2, "block/unblock the key (code 2)"}, Case{3, "block/unblock the key (code 3)"},
        Case{4, "change who may use, block, unblock and change the key (code 4)"}, Case{77, "unknown (code 77)"}}) {
    schema::TsbToken other = token();
    other.operation = test.code;
    const operators::TaskView seen = view(task_for(other));
    INFO(operators::describe(seen));
    CHECK(holds(operators::describe(seen), test.words));
    REQUIRE_ERROR(operators::require_approvable(seen, false), ErrorKind::invalid_payload);
  }
}

TEST_CASE("control and bidirectional characters are made visible wherever they come from") {
  schema::TsbToken other = token();
  other.key = "release\xE2\x80\xAE\n  artifact  sha256:00";
  schema::TsbTask task = task_for(other);
  task.request.clear();
  task.metadata = R"({"app\u001b[2J":"\u202eyes\r\n  key release-key"})";
  const std::string text = operators::describe(view(task));
  CHECK(holds(text, "release\\u{202e}\\x0a  artifact  sha256:00\n"));
  CHECK(holds(text, "app\\x1b[2J"));
  CHECK(holds(text, "\\u{202e}yes\\x0d\\x0a  key release-key\n"));
  CHECK_FALSE(holds(operators::summary(view(task)), "\n"));
}

TEST_CASE("a key's password in a request is never shown, and a request's signer is only a claim") {
  schema::TsbTask task = task_for(token());
  task.request = R"({"signRequest":)" + inner_request("release-key", token().payload) +
                 R"(,"requestSignature":{"signature":"AAAA","digestAlgorithm":"SHA-256","publicKey":"AAEC"}})";
  task.metadata = "no json";
  task.metadata_signature = {1};
  const std::string text = operators::describe(view(task));
  CHECK_FALSE(holds(text, "keyPassword"));
  const std::size_t claims = text.find("claimed by the requester, verified by nobody:");
  for (const char* claim : {"    meta data           no json\n", "    meta data signature there is one, not checked\n",
                            "    signed by           a key with the SHA-256 "
                            "ae4b3280e56e2faf83f414a6e3dabe9d5fbe18976544c05fed121accb85b53fc\n"}) {
    INFO(text);
    CHECK(text.find(claim) != std::string::npos);
    CHECK(text.find(claim) > claims);
  }
}

TEST_CASE("the report of a task has the same parts") {
  const schema::TaskReport told = report(view(task_for(token())));
  REQUIRE(told.signed_part);
  CHECK(told.signed_part->key == "release-key");
  CHECK(told.signed_part->hsm_time == "2026-01-01T00:00:00Z");
  CHECK(told.signed_part->payload_size == kPayload.size());
  CHECK(told.signed_part->key_spec == "EC-256");
  REQUIRE(told.signed_part->artifact);
  CHECK(told.signed_part->artifact->size == 587);
  CHECK(told.claims.front() == std::pair<std::string, std::string>("app", "builds"));
  const std::string json = schema::encode(std::vector{told});
  CHECK(holds(json, R"("claimedByRequester")"));
  CHECK(holds(json, R"("signingTime": "2026-11-21T02:02:02Z")"));
}
