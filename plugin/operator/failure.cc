#include "failure.h"

#include "base/bytes.h"

namespace operators {

namespace {

constexpr std::size_t kLongestPath = 4096;

// Where the module itself is in question, it matters which one that was.
bool blames_module(base::ErrorKind kind) {
  using base::ErrorKind;
  switch (kind) {
    case ErrorKind::late:
    case ErrorKind::busy:
    case ErrorKind::module_unusable:
    case ErrorKind::module_died:
    case ErrorKind::token_failed:
    case ErrorKind::outcome_unknown:
      return true;
    default:
      return false;
  }
}

std::string hint_of(const base::Error& error) {
  const std::string module = base::printable(error.module(), kLongestPath);
  if (module.empty() || !blames_module(error.kind()) || error.message().find(module) != std::string::npos)
    return error.hint();
  return error.hint() + (error.hint().empty() ? "" : "\n") + "module: " + module;
}

}  // namespace

std::string failure_text(const base::Error& error) {
  std::string text = "notation-pkcs11: " + error.message() + "\n";
  const std::string hint = hint_of(error);
  if (hint.empty()) return text;
  text += "  ";
  for (const char letter : hint) {
    text += letter;
    if (letter == '\n') text += "  ";
  }
  return text + "\n";
}

int exit_status(base::ErrorKind kind) {
  using base::ErrorKind;
  switch (kind) {
    case ErrorKind::malformed_request:
    case ErrorKind::unsupported_contract_version:
    case ErrorKind::invalid_request:
    case ErrorKind::invalid_payload:
    case ErrorKind::invalid_uri:
    case ErrorKind::invalid_settings:
    case ErrorKind::invalid_chain:
      return 2;
    case ErrorKind::key_not_found:
    case ErrorKind::ambiguous_key:
      return 3;
    case ErrorKind::pin_unavailable:
    case ErrorKind::pin_refused:
    case ErrorKind::pin_withheld:
    case ErrorKind::cancelled:
    case ErrorKind::denied:
    case ErrorKind::credential_refused:
      return 4;
    case ErrorKind::late:
    case ErrorKind::busy:
    case ErrorKind::module_unusable:
    case ErrorKind::module_died:
    case ErrorKind::token_failed:
    case ErrorKind::not_capable:
    case ErrorKind::signature_invalid:
    case ErrorKind::outcome_unknown:
    case ErrorKind::undecided:
    case ErrorKind::service_failed:
    case ErrorKind::request_lost:
      return 5;
    case ErrorKind::unrecorded:
      return 6;
    case ErrorKind::host_gone:
    case ErrorKind::internal:
      return 1;
  }
  return 1;
}

}  // namespace operators
