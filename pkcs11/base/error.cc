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
    case Phase::verify:
      return "verify";
  }
  return "none";
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
