#include "contract/error_response.h"

#include "catch.h"

namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

std::string code_of(ErrorKind kind) {
  return contract::error_response(Error(kind, Phase::none, "x")).code;
}

}  // namespace

TEST_CASE("every kind of error has its code of the contract") {
  for (const ErrorKind kind : {ErrorKind::malformed_request, ErrorKind::invalid_request, ErrorKind::invalid_payload,
                               ErrorKind::invalid_uri, ErrorKind::invalid_settings, ErrorKind::invalid_chain,
                               ErrorKind::key_not_found, ErrorKind::ambiguous_key, ErrorKind::pin_unavailable}) {
    CHECK(code_of(kind) == "VALIDATION_ERROR");
  }
  CHECK(code_of(ErrorKind::unsupported_contract_version) == "UNSUPPORTED_CONTRACT_VERSION");
  for (const ErrorKind kind : {ErrorKind::pin_refused, ErrorKind::pin_withheld, ErrorKind::cancelled, ErrorKind::denied,
                               ErrorKind::credential_refused}) {
    CHECK(code_of(kind) == "ACCESS_DENIED");
  }
  CHECK(code_of(ErrorKind::late) == "TIMEOUT");
  CHECK(code_of(ErrorKind::undecided) == "TIMEOUT");
  CHECK(code_of(ErrorKind::busy) == "THROTTLED");
  for (const ErrorKind kind :
       {ErrorKind::module_unusable, ErrorKind::module_died, ErrorKind::token_failed, ErrorKind::not_capable,
        ErrorKind::signature_invalid, ErrorKind::outcome_unknown, ErrorKind::service_failed, ErrorKind::request_lost,
        ErrorKind::host_gone, ErrorKind::internal}) {
    CHECK(code_of(kind) == "ERROR");
  }
}

TEST_CASE("the hint stands below the message's first line") {
  const auto response = contract::error_response(Error(ErrorKind::invalid_uri, Phase::settings, "wrong", "do this"));
  CHECK(response.message == "wrong\ndo this");
}

TEST_CASE("metadata names phase, return value and module") {
  const auto response = contract::error_response(Error(ErrorKind::token_failed, Phase::sign, "x")
                                                     .with_return_value(0x30)
                                                     .with_module("/usr/lib/m.so")
                                                     .with_request("3f9a"));
  CHECK(response.metadata.at("phase") == "sign");
  CHECK(response.metadata.at("ckr") == "CKR_DEVICE_ERROR");
  CHECK(response.metadata.at("module") == "/usr/lib/m.so");
  CHECK(response.metadata.at("request") == "3f9a");
}

TEST_CASE("a malformed request is answered with the bare text and no metadata") {
  const auto response =
      contract::error_response(Error(ErrorKind::malformed_request, Phase::request, "Input is not a valid JSON"));
  CHECK(response.message == "Input is not a valid JSON");
  CHECK(response.metadata.empty());
}
