#include "rv.h"

#include <algorithm>
#include <array>

#include "cryptoki.h"

namespace pkcs11 {
namespace {

using base::ErrorKind;
using base::Phase;
using base::ReturnValue;

template <std::size_t N>
bool is_one_of(ReturnValue value, const std::array<ReturnValue, N>& values) {
  return std::ranges::find(values, value) != values.end();
}

// Catch-all codes: what they mean follows from where they come up.
bool says_nothing(ReturnValue value) {
  constexpr std::array<ReturnValue, 5> kVague = {CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_HOST_MEMORY,
                                                 CKR_DEVICE_ERROR, CKR_ARGUMENTS_BAD};
  return is_one_of(value, kVague) || find_return_code(value) == nullptr;
}

// The token had not looked at the PIN when it said this.
bool leaves_pin_untouched(ReturnValue value) {
  constexpr std::array<ReturnValue, 10> kUntouched = {CKR_SLOT_ID_INVALID,
                                                      CKR_OPERATION_ACTIVE,
                                                      CKR_SESSION_COUNT,
                                                      CKR_SESSION_HANDLE_INVALID,
                                                      CKR_SESSION_READ_ONLY_EXISTS,
                                                      CKR_TOKEN_NOT_PRESENT,
                                                      CKR_TOKEN_NOT_RECOGNIZED,
                                                      CKR_USER_ANOTHER_ALREADY_LOGGED_IN,
                                                      CKR_CRYPTOKI_NOT_INITIALIZED,
                                                      CKR_TOKEN_RESOURCE_EXCEEDED};
  return is_one_of(value, kUntouched);
}

bool starts_module(Phase phase) {
  return phase == Phase::load || phase == Phase::initialise;
}

// What the table says, changed where the phase says more.
struct Diagnosis {
  ErrorKind kind;
  std::string_view cause;
  std::string_view advice;
};

Diagnosis diagnose(Phase phase, ReturnValue value) {
  Diagnosis found{ErrorKind::token_failed, "the module gives a code of its vendor",
                  "the vendor's documentation explains the code"};
  if (const ReturnCode* code = find_return_code(value)) {
    found = {code->kind, code->cause, code->advice};
  } else if (value < CKR_VENDOR_DEFINED) {
    found = {ErrorKind::token_failed, "the module gives a code that PKCS#11 does not know", ""};
  }
  if (starts_module(phase)) {
    if (value == CKR_ARGUMENTS_BAD) {
      found.cause = "the module does not accept its start arguments";
      found.advice = "it may want an initialisation string (init_args), as NSS does";
    } else if (says_nothing(value)) {
      found.cause = "the module did not start, most often because it did not find its configuration or service";
      found.advice =
          "check the environment variable and configuration file that the vendor documents, its service, and whether "
          "this "
          "user may reach both (group membership)";
    }
    if (found.kind != ErrorKind::internal) found.kind = ErrorKind::module_unusable;
  } else if (phase == Phase::login && value == CKR_ARGUMENTS_BAD) {
    found = {ErrorKind::pin_refused, "the module does not accept the form of the PIN",
             "look how the vendor wants the PIN written; some want a user name or a key's number in it"};
  }
  return found;
}

}  // namespace

const ReturnCode* find_return_code(ReturnValue value) {
  const auto codes = return_codes();
  const auto found = std::ranges::lower_bound(codes, value, {}, &ReturnCode::value);
  return found != codes.end() && found->value == value ? &*found : nullptr;
}

std::string name_of_return_value(ReturnValue value) {
  const ReturnCode* code = find_return_code(value);
  return code != nullptr ? std::string(code->name) : hexadecimal(value);
}

std::string hexadecimal(unsigned long value) {
  std::string digits;
  do {
    digits += "0123456789ABCDEF"[value & 0xF];
    value >>= 4;
  } while (value != 0);
  std::ranges::reverse(digits);
  return "0x" + digits;
}

std::string_view name_of(ReturnClass return_class) {
  switch (return_class) {
    case ReturnClass::success:
      return "success";
    case ReturnClass::authentication:
      return "authentication";
    case ReturnClass::capability:
      return "capability";
    case ReturnClass::configuration:
      return "configuration";
    case ReturnClass::session:
      return "session";
    case ReturnClass::process:
      return "process";
    case ReturnClass::wait:
      return "wait";
    case ReturnClass::fault:
      return "fault";
  }
  return {};
}

ReturnClass class_of(ReturnValue value, Phase phase) {
  if (starts_module(phase) && says_nothing(value)) return ReturnClass::configuration;
  if (phase == Phase::login && value == CKR_ARGUMENTS_BAD) return ReturnClass::authentication;
  // CloudHSM throttles reads this way.
  if (phase == Phase::find && value == CKR_DEVICE_ERROR) return ReturnClass::wait;
  if (const ReturnCode* code = find_return_code(value)) return code->return_class;
  const bool only_reads = phase == Phase::slots || phase == Phase::open || phase == Phase::find;
  return only_reads ? ReturnClass::process : ReturnClass::capability;
}

Remedy remedy_for(ReturnValue value, Phase phase) {
  if (phase == Phase::login && !leaves_pin_untouched(value)) return Remedy::none;
  switch (class_of(value, phase)) {
    case ReturnClass::session:
      return Remedy::reopen_session;
    case ReturnClass::process:
      return Remedy::restart_worker;
    case ReturnClass::wait:
      return Remedy::wait;
    case ReturnClass::success:
    case ReturnClass::authentication:
    case ReturnClass::capability:
    case ReturnClass::configuration:
    case ReturnClass::fault:
      break;
  }
  return Remedy::none;
}

bool proves_nothing_was_signed(ReturnValue value) {
  constexpr std::array<ReturnValue, 16> kProof = {CKR_CANCEL,
                                                  CKR_DATA_INVALID,
                                                  CKR_DATA_LEN_RANGE,
                                                  CKR_FUNCTION_CANCELED,
                                                  CKR_FUNCTION_NOT_SUPPORTED,
                                                  CKR_KEY_FUNCTION_NOT_PERMITTED,
                                                  CKR_MECHANISM_INVALID,
                                                  CKR_MECHANISM_PARAM_INVALID,
                                                  CKR_PIN_INCORRECT,
                                                  CKR_PIN_INVALID,
                                                  CKR_PIN_LEN_RANGE,
                                                  CKR_PIN_EXPIRED,
                                                  CKR_PIN_LOCKED,
                                                  CKR_USER_PIN_NOT_INITIALIZED,
                                                  CKR_FUNCTION_REJECTED,
                                                  CKR_KEY_EXHAUSTED};
  return is_one_of(value, kProof) || may_be_repeated_on_a_new_worker(value);
}

bool may_be_repeated_on_a_new_worker(ReturnValue value) {
  constexpr std::array<ReturnValue, 5> kGone = {CKR_OPERATION_NOT_INITIALIZED, CKR_USER_NOT_LOGGED_IN,
                                                CKR_SESSION_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID,
                                                CKR_TOKEN_NOT_PRESENT};
  return is_one_of(value, kGone);
}

base::Error error_from(std::string_view what_failed, Phase phase, ReturnValue value) {
  const Diagnosis found = diagnose(phase, value);
  std::string message(what_failed);
  message.append(": ").append(found.cause).append(" (").append(name_of_return_value(value)).append(")");
  return base::Error(found.kind, phase, std::move(message), std::string(found.advice)).with_return_value(value);
}

base::Error error_after_sign(std::string_view what_failed, ReturnValue value) {
  if (proves_nothing_was_signed(value)) return error_from(what_failed, Phase::sign, value);
  const Diagnosis found = diagnose(Phase::sign, value);
  std::string message(what_failed);
  message.append(": whether it signed is unknown, ").append(found.cause);
  message.append(" (").append(name_of_return_value(value)).append(")");
  return base::Error(
             ErrorKind::outcome_unknown, Phase::sign, std::move(message),
             "no second signature was asked for; the HSM's own log says whether there is one, and signing again "
             "is harmless to whoever verifies")
      .with_return_value(value);
}

}  // namespace pkcs11
