#include "base/error.h"

#include <utility>

namespace base {

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::none:
      return "none";
    case Phase::request:
      return "request";
    case Phase::settings:
      return "settings";
    case Phase::payload:
      return "payload";
    case Phase::load:
      return "load";
    case Phase::initialise:
      return "initialise";
    case Phase::slots:
      return "slots";
    case Phase::open:
      return "open";
    case Phase::login:
      return "login";
    case Phase::find:
      return "find";
    case Phase::sign:
      return "sign";
    case Phase::generate:
      return "generate";
    case Phase::chain:
      return "chain";
    case Phase::pin:
      return "pin";
    case Phase::approval:
      return "approval";
    case Phase::audit:
      return "audit";
    case Phase::verify:
      return "verify";
  }
  return "none";
}

std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::malformed_request:
      return "malformed_request";
    case ErrorKind::unsupported_contract_version:
      return "unsupported_contract_version";
    case ErrorKind::invalid_request:
      return "invalid_request";
    case ErrorKind::invalid_payload:
      return "invalid_payload";
    case ErrorKind::invalid_uri:
      return "invalid_uri";
    case ErrorKind::invalid_settings:
      return "invalid_settings";
    case ErrorKind::invalid_chain:
      return "invalid_chain";
    case ErrorKind::key_not_found:
      return "key_not_found";
    case ErrorKind::ambiguous_key:
      return "ambiguous_key";
    case ErrorKind::pin_unavailable:
      return "pin_unavailable";
    case ErrorKind::pin_refused:
      return "pin_refused";
    case ErrorKind::pin_withheld:
      return "pin_withheld";
    case ErrorKind::cancelled:
      return "cancelled";
    case ErrorKind::denied:
      return "denied";
    case ErrorKind::undecided:
      return "undecided";
    case ErrorKind::credential_refused:
      return "credential_refused";
    case ErrorKind::service_failed:
      return "service_failed";
    case ErrorKind::request_lost:
      return "request_lost";
    case ErrorKind::late:
      return "late";
    case ErrorKind::busy:
      return "busy";
    case ErrorKind::module_unusable:
      return "module_unusable";
    case ErrorKind::module_died:
      return "module_died";
    case ErrorKind::token_failed:
      return "token_failed";
    case ErrorKind::not_capable:
      return "not_capable";
    case ErrorKind::signature_invalid:
      return "signature_invalid";
    case ErrorKind::outcome_unknown:
      return "outcome_unknown";
    case ErrorKind::unrecorded:
      return "unrecorded";
    case ErrorKind::host_gone:
      return "host_gone";
    case ErrorKind::internal:
      return "internal";
  }
  return "internal";
}

Error::Error(ErrorKind kind, Phase phase, std::string message, std::string hint)
    : kind_(kind), phase_(phase), message_(std::move(message)), hint_(std::move(hint)) {}

Error& Error::operator=(Error&& other) noexcept {
  if (this == &other) return *this;
  kind_ = other.kind_;
  phase_ = other.phase_;
  message_ = std::move(other.message_);
  hint_ = std::move(other.hint_);
  return_value_ = other.return_value_;
  module_ = std::move(other.module_);
  request_ = std::move(other.request_);
  return *this;
}

Error&& Error::with_return_value(ReturnValue value) && {
  return_value_ = value;
  return std::move(*this);
}

Error&& Error::with_module(std::string path) && {
  module_ = std::move(path);
  return std::move(*this);
}

Error&& Error::with_request(std::string id) && {
  request_ = std::move(id);
  return std::move(*this);
}

}  // namespace base
