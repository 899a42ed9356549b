#include "schema/exec_approval.h"

#include "catch.h"
#include "throws_error.h"

using namespace std::chrono_literals;
using schema::ExecAnswer;
using schema::ExecVerb;

namespace {

constexpr base::WallTime kNow{1795225709s};  // 2026-11-21T01:48:29Z

ExecAnswer answer(const std::string& json, ExecVerb verb = ExecVerb::poll) {
  return schema::decode_exec_answer(json, verb, "/bin/ask");
}

template <typename Kind>
Kind answer_of(const std::string& json, ExecVerb verb = ExecVerb::poll) {
  return std::get<Kind>(answer(json, verb).answer);
}

std::string cause(const std::string& json, ExecVerb verb = ExecVerb::poll) {
  const base::Error error = error_of([&] { answer(json, verb); });
  require_error(error, base::ErrorKind::service_failed);
  REQUIRE(error.phase() == base::Phase::approval);
  REQUIRE(error.hint() == "the program must print one JSON object; docs/writing-a-backend.md tells its members");
  const std::string prefix = "cannot use the answer of /bin/ask to " + std::string(schema::name_of(verb)) + ": ";
  REQUIRE(error.message().starts_with(prefix));
  return error.message().substr(prefix.size());
}

schema::ApprovalRequest request() {
  return {std::string(32, '1'),
          "release",
          std::string(64, 'a'),
          pkcs11::KeySpec::rsa_3072,
          {{"text/plain", "sha256:" + std::string(64, 'c'), 5, {{"a", "b"}}}, "notary.x509", std::nullopt},
          kNow,
          kNow + 1h,
          {{"user", "runner"}}};
}

}  // namespace

TEST_CASE("a question to a program is one line with everything that is asked") {
  const std::string asked = R"("request":{"claims":{"user":"runner"},"created":"2026-11-21T01:48:29Z",)"
                            R"("expires":"2026-11-21T02:48:29Z","id":")" +
                            std::string(32, '1') + R"(","key":{"name":"release","sha256":")" + std::string(64, 'a') +
                            R"(","spec":"RSA-3072"},"subject":{"artifact":{"annotations":{"a":"b"},"digest":"sha256:)" +
                            std::string(64, 'c') +
                            R"(","mediaType":"text/plain","size":5},"signingScheme":"notary.x509"}})";
  REQUIRE(schema::encode_exec_question(ExecVerb::submit, request(), "") ==
          '{' + asked + R"(,"verb":"submit","version":1})");
  REQUIRE(schema::encode_exec_question(ExecVerb::withdraw, request(), "REQ-41") ==
          '{' + asked + R"(,"service_id":"REQ-41","verb":"withdraw","version":1})");
}

TEST_CASE("a question stays one line of ASCII controls whatever the claims hold") {
  schema::ApprovalRequest hostile = request();
  hostile.claims = {{"user", "a\nb\x1b"}, {"host", "\xff"}};
  const std::string question = schema::encode_exec_question(ExecVerb::poll, hostile, "");
  REQUIRE(question.find('\n') == std::string::npos);
  REQUIRE(question.find('\x1b') == std::string::npos);
  REQUIRE(base::is_utf8(question));
}

TEST_CASE("a program says that people decide") {
  REQUIRE(answer_of<schema::ApprovalWaiting>(R"({"status":"waiting"})") == schema::ApprovalWaiting{});
  const ExecAnswer full = answer(R"({"version":1,"service_id":"REQ-41","status":"waiting","approved":["ada"],
    "missing":["grace","joan"],"refused":["eve"],"where":"https://approvals.example.com","retry_after":10,
    "message":"the chat is slow","x-note":{}})",
                                 ExecVerb::submit);
  REQUIRE(full.service_id == "REQ-41");
  REQUIRE(std::get<schema::ApprovalWaiting>(full.answer) ==
          schema::ApprovalWaiting{
              {"ada"}, {"grace", "joan"}, {"eve"}, false, "https://approvals.example.com", 10s, "the chat is slow"});
}

TEST_CASE("a program permits, with what it has to show for it as compact text") {
  REQUIRE(answer_of<schema::ApprovalPermitted>(R"({"status":"permitted"})") == schema::ApprovalPermitted{});
  REQUIRE(answer_of<schema::ApprovalPermitted>(
              R"({"status":"permitted","approved":["ada"],"until":"2026-11-21T07:18:29.9+05:30",
                  "evidence":{ "b": [1, null],  "a": "\u00e4" }})") ==
          schema::ApprovalPermitted{{"ada"}, kNow, "{\"a\":\"\u00e4\",\"b\":[1,null]}"});
}

TEST_CASE("a program refuses, or a request has ended") {
  REQUIRE(answer_of<schema::ApprovalRefused>(R"({"status":"refused","by":["eve"],"reason":"frozen"})") ==
          schema::ApprovalRefused{{"eve"}, "frozen"});
  REQUIRE(answer_of<schema::ApprovalRefused>(R"({"status":"refused"})") == schema::ApprovalRefused{});
  REQUIRE_NOTHROW(answer_of<schema::ApprovalExpired>(R"({"status":"expired"})"));
  REQUIRE_NOTHROW(answer_of<schema::ApprovalWithdrawn>(R"({"status":"withdrawn"})"));
}

TEST_CASE("a program that has no answer says whether asking again helps") {
  REQUIRE(answer_of<schema::ApprovalFailed>(R"({"status":"failed","message":"no network"})") ==
          schema::ApprovalFailed{false, "no network", std::nullopt, false});
  REQUIRE(
      answer_of<schema::ApprovalFailed>(R"({"status":"failed","message":"busy","retryable":true,"retry_after":0})") ==
      schema::ApprovalFailed{true, "busy", 0s, false});
  REQUIRE(cause(R"({"status":"failed"})") == "message: is missing");
  REQUIRE(cause(R"({"status":"failed","message":""})") == "message: is empty");
}

TEST_CASE("a program cannot sign") {
  for (const ExecVerb verb : {ExecVerb::submit, ExecVerb::poll, ExecVerb::redeem, ExecVerb::withdraw}) {
    REQUIRE(cause(R"({"status":"signed","signature":"AAAA"})", verb) ==
            "status: signed is refused, because a program cannot sign; the token does");
  }
}

TEST_CASE("a status that does not answer the question is refused") {
  REQUIRE(cause(R"({"status":"waiting"})", ExecVerb::redeem) == "status: waiting is no answer to redeem");
  REQUIRE(cause(R"({"status":"withdrawn"})", ExecVerb::redeem) == "status: withdrawn is no answer to redeem");
  REQUIRE(cause(R"({"status":"waiting"})", ExecVerb::withdraw) == "status: waiting is no answer to withdraw");
  REQUIRE(cause(R"({"status":"approved"})") ==
          "status: \"approved\" is none of waiting, permitted, refused, expired, withdrawn, failed");
  REQUIRE(cause("{}") == "status: is missing");
  REQUIRE(cause(R"({"status":true})") == "status: is true or false, not text");
}

TEST_CASE("a member that does not belong to the status is refused") {
  REQUIRE(cause(R"({"status":"waiting","reason":"a"})") == "reason: does not belong to the status waiting");
  REQUIRE(cause(R"({"status":"permitted","Until":"a"})") == "Until: does not belong to the status permitted");
  REQUIRE(cause(R"({"status":"expired","a\u001b":1})") == "a\\x1b: does not belong to the status expired");
}

TEST_CASE("what a program prints is bounded") {
  const std::string valid = R"({"status":"expired"})";
  REQUIRE_NOTHROW(answer(valid + std::string(schema::kMaximumExecAnswerSize - valid.size(), '\n')));
  REQUIRE(cause(valid + std::string(schema::kMaximumExecAnswerSize, '\n')) == "it is longer than 65536 bytes");
  std::string names = "\"a\"";
  for (int i = 0; i < 64; ++i)
    names += ",\"a\"";
  REQUIRE(cause(R"({"status":"waiting","missing":[)" + names + "]}") == "missing: holds more than 64 names");
  REQUIRE(cause(R"({"status":"waiting","missing":["a",")" + std::string(257, 'a') + "\"]}") ==
          "missing: entry 2 is longer than 256 bytes");
  REQUIRE(cause(R"({"status":"refused","reason":")" + std::string(1025, 'a') + "\"}") ==
          "reason: is longer than 1024 bytes");
  REQUIRE(cause(R"({"status":"permitted","evidence":{"a":")" + std::string(16'384, 'a') + "\"}}") ==
          "evidence: is longer than 16384 bytes");
  REQUIRE(cause(R"({"status":"waiting","retry_after":86401})") ==
          "retry_after: must be a whole number from 0 to 86400");
}

TEST_CASE("what is not one JSON object is refused") {
  REQUIRE(cause("") == "it is empty");
  REQUIRE(cause(" \n") == "it is empty");
  REQUIRE(cause("ok") == "not valid JSON at line 1, column 1");
  REQUIRE(cause("{\"status\":\"expired\"}\n{}") == "not valid JSON at line 2, column 1");
  REQUIRE(cause("[]") == "it is an array, not an object");
  REQUIRE(cause(R"({"status":"waiting","status":"permitted"})") == "member \"status\" stands twice in one object");
  REQUIRE(cause(R"({"status":"permitted","evidence":"yes"})") == "evidence: must be an object");
  for (const std::string until : {"tomorrow", "9999-12-31T23:59:59Z", "1969-12-31T23:59:59Z"}) {
    REQUIRE(cause(R"({"status":"permitted","until":")" + until + R"("})") ==
            "until: must be a time of RFC 3339 like 2026-11-21T01:48:29Z, between 1970 and 2262");
  }
  REQUIRE(cause(R"({"version":2,"status":"expired"})") ==
          "version: 2 needs a newer notation-pkcs11; this release reads version 1");
}
