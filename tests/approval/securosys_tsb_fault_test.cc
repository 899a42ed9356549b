#include "securosys_tsb/securosys_tsb_fault.h"

#include "throws_error.h"

namespace {

using approval::TsbReply;
using approval::TsbRole;
using base::ErrorKind;

TsbReply reply_of(long status, std::optional<int> code) {
  TsbReply reply;
  reply.status = status;
  reply.fault.code = code;
  return reply;
}

struct Expectation {
  long status;
  std::optional<int> code;
  ErrorKind kind;
  bool retryable;
};

}  // namespace

TEST_CASE("the code of a fault decides what it is, then the HTTP status") {
  const Expectation rows[] = {
      {500, 1, ErrorKind::service_failed, false},
      {500, 2, ErrorKind::service_failed, true},
      {501, 100, ErrorKind::not_capable, false},
      {501, 101, ErrorKind::not_capable, false},
      {501, 102, ErrorKind::service_failed, false},
      {501, 103, ErrorKind::service_failed, true},
      {500, 200, ErrorKind::service_failed, false},
      {500, 301, ErrorKind::service_failed, false},
      {400, 400, ErrorKind::credential_refused, false},
      {400, 401, ErrorKind::denied, false},
      {400, 402, ErrorKind::credential_refused, false},
      {400, 403, ErrorKind::credential_refused, false},
      {400, 404, ErrorKind::service_failed, false},
      {400, 405, ErrorKind::credential_refused, false},
      {400, 406, ErrorKind::credential_refused, false},
      {401, 406, ErrorKind::credential_refused, false},
      {400, 413, ErrorKind::credential_refused, false},
      {400, 415, ErrorKind::denied, false},
      {401, 416, ErrorKind::credential_refused, false},
      {403, 450, ErrorKind::not_capable, false},
      {403, 451, ErrorKind::not_capable, false},
      {500, 500, ErrorKind::service_failed, false},
      {500, 501, ErrorKind::service_failed, false},
      {400, 600, ErrorKind::service_failed, false},
      {400, 607, ErrorKind::not_capable, false},
      {400, 609, ErrorKind::request_lost, false},
      {400, 610, ErrorKind::invalid_settings, false},
      {400, 611, ErrorKind::not_capable, false},
      {400, 612, ErrorKind::not_capable, false},
      {400, 614, ErrorKind::not_capable, false},
      {401, 617, ErrorKind::credential_refused, false},
      {400, 617, ErrorKind::credential_refused, false},
      {400, 620, ErrorKind::credential_refused, false},
      {400, 621, ErrorKind::service_failed, false},
      {401, 631, ErrorKind::credential_refused, false},
      {400, 631, ErrorKind::credential_refused, false},
      {404, 650, ErrorKind::key_not_found, false},
      {404, 651, ErrorKind::request_lost, false},
      {404, 652, ErrorKind::request_lost, false},
      {500, 700, ErrorKind::service_failed, true},
      {500, 701, ErrorKind::service_failed, false},
      {500, 702, ErrorKind::service_failed, false},
      {500, 703, ErrorKind::service_failed, true},
      {503, 999, ErrorKind::service_failed, true},
      {429, 600, ErrorKind::busy, true},
      {429, std::nullopt, ErrorKind::busy, true},
      {500, std::nullopt, ErrorKind::service_failed, true},
      {502, std::nullopt, ErrorKind::service_failed, true},
      {503, std::nullopt, ErrorKind::service_failed, true},
      {504, std::nullopt, ErrorKind::service_failed, true},
      {408, std::nullopt, ErrorKind::service_failed, true},
      {401, std::nullopt, ErrorKind::credential_refused, false},
      {403, std::nullopt, ErrorKind::credential_refused, false},
      {404, std::nullopt, ErrorKind::service_failed, false},
      {302, std::nullopt, ErrorKind::service_failed, false},
      {418, std::nullopt, ErrorKind::service_failed, false},
  };
  for (const Expectation& row : rows) {
    INFO("HTTP " << row.status << ", code " << row.code.value_or(-1));
    const auto verdict = judge(reply_of(row.status, row.code), TsbRole::key_operation);
    REQUIRE(static_cast<int>(verdict.kind) == static_cast<int>(row.kind));
    REQUIRE(verdict.retryable == row.retryable);
    REQUIRE(verdict.throttled == (row.status == 429));
    REQUIRE_FALSE(verdict.cause.empty());
  }
}

TEST_CASE("the error of a reply names place, cause, status and code") {
  TsbReply reply = reply_of(404, 650);
  reply.fault.reason = "res.error.key.not.existent";
  const base::Error error =
      error_of_reply("cannot sign with key \"k\"", "https://tsb.example.com:443", reply, TsbRole::key_operation);
  REQUIRE(error.message() ==
          "cannot sign with key \"k\" at https://tsb.example.com:443: the service has no such key "
          "(HTTP 404, error 650 res.error.key.not.existent)");
  REQUIRE_ERROR(throw error, ErrorKind::key_not_found);
}

TEST_CASE("a refused API key leads to the setting of its role") {
  REQUIRE(judge(reply_of(401, 631), TsbRole::key_management).hint.find("key_management_api_keys") != std::string::npos);
  REQUIRE(judge(reply_of(401, 631), TsbRole::approver).hint.find("approver_api_keys") != std::string::npos);
  REQUIRE(judge(reply_of(401, 416), TsbRole::key_operation).hint == "set key_operation_api_keys");
}

TEST_CASE("an approver is not told of the requester's settings") {
  REQUIRE(judge(reply_of(400, 403), TsbRole::approver).hint.empty());
  REQUIRE_FALSE(judge(reply_of(400, 403), TsbRole::key_operation).hint.empty());
}
