#include "contract/error_response.h"

#include "pkcs11/return_value.h"

namespace contract {
namespace {

const char* code_of(base::ErrorKind kind) {
  using base::ErrorKind;
  switch (kind) {
    case ErrorKind::malformed_request:
    case ErrorKind::invalid_request:
    case ErrorKind::invalid_payload:
    case ErrorKind::invalid_uri:
    case ErrorKind::invalid_settings:
    case ErrorKind::invalid_chain:
    case ErrorKind::key_not_found:
    case ErrorKind::ambiguous_key:
    case ErrorKind::pin_unavailable:
      return "VALIDATION_ERROR";
    case ErrorKind::unsupported_contract_version:
      return "UNSUPPORTED_CONTRACT_VERSION";
    case ErrorKind::pin_refused:
    case ErrorKind::pin_withheld:
    case ErrorKind::cancelled:
    case ErrorKind::denied:
    case ErrorKind::credential_refused:
      return "ACCESS_DENIED";
    case ErrorKind::late:
    case ErrorKind::undecided:
      return "TIMEOUT";
    case ErrorKind::busy:
      return "THROTTLED";
    case ErrorKind::module_unusable:
    case ErrorKind::module_died:
    case ErrorKind::token_failed:
    case ErrorKind::not_capable:
    case ErrorKind::signature_invalid:
    case ErrorKind::outcome_unknown:
    case ErrorKind::service_failed:
    case ErrorKind::request_lost:
    case ErrorKind::unrecorded:
    case ErrorKind::host_gone:
    case ErrorKind::internal:
      return "ERROR";
  }
  return "ERROR";
}

}  // namespace

schema::ErrorResponse error_response(const base::Error& error) {
  schema::ErrorResponse response;
  response.code = code_of(error.kind());
  response.message = error.message();
  if (error.kind() == base::ErrorKind::malformed_request) return response;
  if (!error.hint().empty()) response.message += "\n" + error.hint();
  if (error.phase() != base::Phase::none) response.metadata["phase"] = base::name_of(error.phase());
  if (error.return_value()) response.metadata["ckr"] = pkcs11::name_of_return_value(*error.return_value());
  if (!error.module().empty()) response.metadata["module"] = error.module();
  if (!error.request().empty()) response.metadata["request"] = error.request();
  return response;
}

}  // namespace contract
