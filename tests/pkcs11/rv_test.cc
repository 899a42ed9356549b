#include "rv.h"

#include <cctype>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "cryptoki.h"
#include "throws_error.h"

using base::ErrorKind;
using base::Phase;
using pkcs11::class_of;
using pkcs11::error_after_sign;
using pkcs11::error_from;
using pkcs11::name_of_return_value;
using pkcs11::Remedy;
using pkcs11::remedy_for;
using pkcs11::ReturnClass;

namespace {

#define CODE(name) {name, #name}
const std::vector<std::pair<base::ReturnValue, std::string>> kHeaderNames = {CODE(CKR_OK),
                                                                             CODE(CKR_CANCEL),
                                                                             CODE(CKR_HOST_MEMORY),
                                                                             CODE(CKR_SLOT_ID_INVALID),
                                                                             CODE(CKR_GENERAL_ERROR),
                                                                             CODE(CKR_FUNCTION_FAILED),
                                                                             CODE(CKR_ARGUMENTS_BAD),
                                                                             CODE(CKR_NO_EVENT),
                                                                             CODE(CKR_NEED_TO_CREATE_THREADS),
                                                                             CODE(CKR_CANT_LOCK),
                                                                             CODE(CKR_ATTRIBUTE_READ_ONLY),
                                                                             CODE(CKR_ATTRIBUTE_SENSITIVE),
                                                                             CODE(CKR_ATTRIBUTE_TYPE_INVALID),
                                                                             CODE(CKR_ATTRIBUTE_VALUE_INVALID),
                                                                             CODE(CKR_ACTION_PROHIBITED),
                                                                             CODE(CKR_DATA_INVALID),
                                                                             CODE(CKR_DATA_LEN_RANGE),
                                                                             CODE(CKR_DEVICE_ERROR),
                                                                             CODE(CKR_DEVICE_MEMORY),
                                                                             CODE(CKR_DEVICE_REMOVED),
                                                                             CODE(CKR_ENCRYPTED_DATA_INVALID),
                                                                             CODE(CKR_ENCRYPTED_DATA_LEN_RANGE),
                                                                             CODE(CKR_FUNCTION_CANCELED),
                                                                             CODE(CKR_FUNCTION_NOT_PARALLEL),
                                                                             CODE(CKR_FUNCTION_NOT_SUPPORTED),
                                                                             CODE(CKR_KEY_HANDLE_INVALID),
                                                                             CODE(CKR_KEY_SIZE_RANGE),
                                                                             CODE(CKR_KEY_TYPE_INCONSISTENT),
                                                                             CODE(CKR_KEY_NOT_NEEDED),
                                                                             CODE(CKR_KEY_CHANGED),
                                                                             CODE(CKR_KEY_NEEDED),
                                                                             CODE(CKR_KEY_INDIGESTIBLE),
                                                                             CODE(CKR_KEY_FUNCTION_NOT_PERMITTED),
                                                                             CODE(CKR_KEY_NOT_WRAPPABLE),
                                                                             CODE(CKR_KEY_UNEXTRACTABLE),
                                                                             CODE(CKR_MECHANISM_INVALID),
                                                                             CODE(CKR_MECHANISM_PARAM_INVALID),
                                                                             CODE(CKR_OBJECT_HANDLE_INVALID),
                                                                             CODE(CKR_OPERATION_ACTIVE),
                                                                             CODE(CKR_OPERATION_NOT_INITIALIZED),
                                                                             CODE(CKR_PIN_INCORRECT),
                                                                             CODE(CKR_PIN_INVALID),
                                                                             CODE(CKR_PIN_LEN_RANGE),
                                                                             CODE(CKR_PIN_EXPIRED),
                                                                             CODE(CKR_PIN_LOCKED),
                                                                             CODE(CKR_SESSION_CLOSED),
                                                                             CODE(CKR_SESSION_COUNT),
                                                                             CODE(CKR_SESSION_HANDLE_INVALID),
                                                                             CODE(CKR_SESSION_PARALLEL_NOT_SUPPORTED),
                                                                             CODE(CKR_SESSION_READ_ONLY),
                                                                             CODE(CKR_SESSION_EXISTS),
                                                                             CODE(CKR_SESSION_READ_ONLY_EXISTS),
                                                                             CODE(CKR_SESSION_READ_WRITE_SO_EXISTS),
                                                                             CODE(CKR_SIGNATURE_INVALID),
                                                                             CODE(CKR_SIGNATURE_LEN_RANGE),
                                                                             CODE(CKR_TEMPLATE_INCOMPLETE),
                                                                             CODE(CKR_TEMPLATE_INCONSISTENT),
                                                                             CODE(CKR_TOKEN_NOT_PRESENT),
                                                                             CODE(CKR_TOKEN_NOT_RECOGNIZED),
                                                                             CODE(CKR_TOKEN_WRITE_PROTECTED),
                                                                             CODE(CKR_UNWRAPPING_KEY_HANDLE_INVALID),
                                                                             CODE(CKR_UNWRAPPING_KEY_SIZE_RANGE),
                                                                             CODE(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
                                                                             CODE(CKR_USER_ALREADY_LOGGED_IN),
                                                                             CODE(CKR_USER_NOT_LOGGED_IN),
                                                                             CODE(CKR_USER_PIN_NOT_INITIALIZED),
                                                                             CODE(CKR_USER_TYPE_INVALID),
                                                                             CODE(CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
                                                                             CODE(CKR_USER_TOO_MANY_TYPES),
                                                                             CODE(CKR_WRAPPED_KEY_INVALID),
                                                                             CODE(CKR_WRAPPED_KEY_LEN_RANGE),
                                                                             CODE(CKR_WRAPPING_KEY_HANDLE_INVALID),
                                                                             CODE(CKR_WRAPPING_KEY_SIZE_RANGE),
                                                                             CODE(CKR_WRAPPING_KEY_TYPE_INCONSISTENT),
                                                                             CODE(CKR_RANDOM_SEED_NOT_SUPPORTED),
                                                                             CODE(CKR_RANDOM_NO_RNG),
                                                                             CODE(CKR_DOMAIN_PARAMS_INVALID),
                                                                             CODE(CKR_CURVE_NOT_SUPPORTED),
                                                                             CODE(CKR_BUFFER_TOO_SMALL),
                                                                             CODE(CKR_SAVED_STATE_INVALID),
                                                                             CODE(CKR_INFORMATION_SENSITIVE),
                                                                             CODE(CKR_STATE_UNSAVEABLE),
                                                                             CODE(CKR_CRYPTOKI_NOT_INITIALIZED),
                                                                             CODE(CKR_CRYPTOKI_ALREADY_INITIALIZED),
                                                                             CODE(CKR_MUTEX_BAD),
                                                                             CODE(CKR_MUTEX_NOT_LOCKED),
                                                                             CODE(CKR_NEW_PIN_MODE),
                                                                             CODE(CKR_NEXT_OTP),
                                                                             CODE(CKR_EXCEEDED_MAX_ITERATIONS),
                                                                             CODE(CKR_FIPS_SELF_TEST_FAILED),
                                                                             CODE(CKR_LIBRARY_LOAD_FAILED),
                                                                             CODE(CKR_PIN_TOO_WEAK),
                                                                             CODE(CKR_PUBLIC_KEY_INVALID),
                                                                             CODE(CKR_FUNCTION_REJECTED),
                                                                             CODE(CKR_TOKEN_RESOURCE_EXCEEDED),
                                                                             CODE(CKR_OPERATION_CANCEL_FAILED),
                                                                             CODE(CKR_KEY_EXHAUSTED),
                                                                             CODE(CKR_PENDING),
                                                                             CODE(CKR_SESSION_ASYNC_NOT_SUPPORTED),
                                                                             CODE(CKR_OPERATION_NOT_VALIDATED),
                                                                             CODE(CKR_TOKEN_NOT_INITIALIZED),
                                                                             CODE(CKR_PARAMETER_SET_NOT_SUPPORTED)};
#undef CODE

constexpr base::ReturnValue kVendorCode = 0x8000002F;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("every return value of the header in use has the header's name") {
  for (const auto& [value, name] : kHeaderNames)
    REQUIRE(name_of_return_value(value) == name);
}

TEST_CASE("the five disputed codes have one name under both numbers") {
  const std::vector<std::string> names = {"CKR_EXCEEDED_MAX_ITERATIONS", "CKR_FIPS_SELF_TEST_FAILED",
                                          "CKR_LIBRARY_LOAD_FAILED", "CKR_PIN_TOO_WEAK", "CKR_PUBLIC_KEY_INVALID"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    REQUIRE(name_of_return_value(0x1B5 + i) == names[i]);
    REQUIRE(name_of_return_value(0x1C0 + i) == names[i]);
    REQUIRE(pkcs11::find_return_code(0x1B5 + i)->cause == pkcs11::find_return_code(0x1C0 + i)->cause);
  }
}

TEST_CASE("vendor codes and unknown numbers are named by their number") {
  REQUIRE(name_of_return_value(kVendorCode) == "0x8000002F");
  REQUIRE(name_of_return_value(0x80000000) == "0x80000000");
  REQUIRE(name_of_return_value(0x4) == "0x4");
  REQUIRE(name_of_return_value(0x7FFFFFFF) == "0x7FFFFFFF");
  REQUIRE(pkcs11::find_return_code(kVendorCode) == nullptr);
}

TEST_CASE("every code has a cause that can stand in a message") {
  std::set<std::string_view> names;
  for (const auto& code : pkcs11::return_codes()) {
    INFO(code.name);
    REQUIRE(code.name.substr(0, 4) == "CKR_");
    REQUIRE_FALSE(code.cause.empty());
    REQUIRE(code.cause.back() != '.');
    REQUIRE(!std::isupper(static_cast<unsigned char>(code.cause.front())));
    REQUIRE((code.advice.empty() || code.advice.back() != '.'));
    names.insert(code.name);
  }
  REQUIRE(names.size() + 5 == pkcs11::return_codes().size());
}

TEST_CASE("every class has a readable name") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(ReturnClass::fault); ++i)
    names.insert(name_of(static_cast<ReturnClass>(i)));
  REQUIRE(names.size() == static_cast<std::size_t>(ReturnClass::fault) + 1);
  REQUIRE(names.count("") == 0);
}

TEST_CASE("codes that modules use for everything are classed by where they come up") {
  REQUIRE(class_of(CKR_ARGUMENTS_BAD, Phase::initialise) == ReturnClass::configuration);
  REQUIRE(class_of(CKR_ARGUMENTS_BAD, Phase::login) == ReturnClass::authentication);
  REQUIRE(class_of(CKR_ARGUMENTS_BAD, Phase::sign) == ReturnClass::fault);
  REQUIRE(class_of(CKR_GENERAL_ERROR, Phase::initialise) == ReturnClass::configuration);
  REQUIRE(class_of(CKR_GENERAL_ERROR, Phase::open) == ReturnClass::process);
  REQUIRE(class_of(CKR_DEVICE_ERROR, Phase::find) == ReturnClass::wait);
  REQUIRE(class_of(CKR_DEVICE_ERROR, Phase::sign) == ReturnClass::process);
  REQUIRE(class_of(kVendorCode, Phase::find) == ReturnClass::process);
  REQUIRE(class_of(kVendorCode, Phase::sign) == ReturnClass::capability);
}

TEST_CASE("before signing a lost session is reopened, a lost token gets a new worker, a busy one is waited for") {
  for (const base::ReturnValue value : {CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_OPERATION_ACTIVE}) {
    REQUIRE(remedy_for(value, Phase::find) == Remedy::reopen_session);
  }
  for (const base::ReturnValue value :
       {CKR_CRYPTOKI_NOT_INITIALIZED, CKR_DEVICE_REMOVED, CKR_TOKEN_NOT_PRESENT, CKR_GENERAL_ERROR, CKR_HOST_MEMORY}) {
    REQUIRE(remedy_for(value, Phase::open) == Remedy::restart_worker);
  }
  for (const base::ReturnValue value : {CKR_SESSION_COUNT, CKR_TOKEN_RESOURCE_EXCEEDED}) {
    REQUIRE(remedy_for(value, Phase::open) == Remedy::wait);
  }
}

TEST_CASE("what a person, a policy or a setting decided is never tried again") {
  for (const base::ReturnValue value :
       {CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_FUNCTION_REJECTED, CKR_CANCEL, CKR_MECHANISM_INVALID,
        CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_USER_TYPE_INVALID, CKR_DATA_LEN_RANGE, CKR_OK}) {
    INFO(name_of_return_value(value));
    for (const Phase phase : {Phase::initialise, Phase::open, Phase::login, Phase::find, Phase::sign}) {
      REQUIRE(remedy_for(value, phase) == Remedy::none);
    }
  }
}

TEST_CASE("a login is repeated only when the token did not look at the PIN") {
  REQUIRE(remedy_for(CKR_SESSION_HANDLE_INVALID, Phase::login) == Remedy::reopen_session);
  REQUIRE(remedy_for(CKR_TOKEN_NOT_PRESENT, Phase::login) == Remedy::restart_worker);
  REQUIRE(remedy_for(CKR_SESSION_COUNT, Phase::login) == Remedy::wait);
  std::vector<base::ReturnValue> unclear = {CKR_GENERAL_ERROR,  CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR,  CKR_HOST_MEMORY,
                                            CKR_DEVICE_REMOVED, CKR_SESSION_CLOSED,  CKR_ARGUMENTS_BAD, kVendorCode};
  for (const base::ReturnValue value : unclear) {
    INFO(name_of_return_value(value));
    REQUIRE(remedy_for(value, Phase::login) == Remedy::none);
  }
}

TEST_CASE("a module that does not start is not started again for a vague reason") {
  for (const base::ReturnValue value : {CKR_GENERAL_ERROR, CKR_DEVICE_ERROR, CKR_FUNCTION_FAILED, kVendorCode}) {
    REQUIRE(remedy_for(value, Phase::initialise) == Remedy::none);
  }
}

TEST_CASE("only codes that rule a signature out allow a second C_Sign") {
  std::set<base::ReturnValue> repeatable;
  for (const auto& code : pkcs11::return_codes()) {
    if (pkcs11::may_be_repeated_on_a_new_worker(code.value)) repeatable.insert(code.value);
  }
  REQUIRE(repeatable == std::set<base::ReturnValue>{CKR_OPERATION_NOT_INITIALIZED, CKR_USER_NOT_LOGGED_IN,
                                                    CKR_SESSION_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID,
                                                    CKR_TOKEN_NOT_PRESENT});
  for (const base::ReturnValue value : repeatable)
    REQUIRE(pkcs11::proves_nothing_was_signed(value));
  REQUIRE_FALSE(pkcs11::may_be_repeated_on_a_new_worker(kVendorCode));
}

TEST_CASE("after C_Sign a vague or lost answer leaves the outcome unknown") {
  for (const base::ReturnValue value :
       {CKR_SESSION_CLOSED, CKR_DEVICE_REMOVED, CKR_DEVICE_ERROR, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED,
        CKR_HOST_MEMORY, CKR_CRYPTOKI_NOT_INITIALIZED, kVendorCode, base::ReturnValue{0x4}}) {
    INFO(name_of_return_value(value));
    REQUIRE_FALSE(pkcs11::proves_nothing_was_signed(value));
    REQUIRE_ERROR(throw error_after_sign("signing with key \"a\" failed", value), ErrorKind::outcome_unknown, value);
  }
}

TEST_CASE("after C_Sign a refusal is a refusal") {
  for (const base::ReturnValue value :
       {CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID, CKR_DATA_INVALID,
        CKR_DATA_LEN_RANGE, CKR_PIN_INCORRECT, CKR_PIN_LOCKED, CKR_FUNCTION_REJECTED}) {
    INFO(name_of_return_value(value));
    REQUIRE(pkcs11::proves_nothing_was_signed(value));
    REQUIRE(error_after_sign("signing failed", value).kind() != ErrorKind::outcome_unknown);
  }
}

TEST_CASE("the message about an unknown outcome says so before anything else") {
  const base::Error error = error_after_sign("signing with key \"release\" failed", CKR_DEVICE_ERROR);
  REQUIRE(error.message() ==
          "signing with key \"release\" failed: whether it signed is unknown, the device reports an error "
          "(CKR_DEVICE_ERROR)");
  REQUIRE(contains(error.hint(), "no second signature was asked for"));
  REQUIRE(error.phase() == Phase::sign);
}

TEST_CASE("an error says what failed, why, and the code") {
  const base::Error error = error_from("login to token \"prod\" failed", Phase::login, CKR_PIN_INCORRECT);
  REQUIRE(error.message() == "login to token \"prod\" failed: the PIN is wrong (CKR_PIN_INCORRECT)");
  REQUIRE(error.kind() == ErrorKind::pin_refused);
  REQUIRE(error.phase() == Phase::login);
  REQUIRE(error.return_value() == CKR_PIN_INCORRECT);
}

TEST_CASE("the kind of an error follows from the code") {
  const std::vector<std::pair<base::ReturnValue, ErrorKind>> expected = {
      {CKR_PIN_LOCKED, ErrorKind::pin_refused},
      {CKR_PIN_EXPIRED, ErrorKind::pin_refused},
      {CKR_PIN_LEN_RANGE, ErrorKind::pin_refused},
      {CKR_FUNCTION_REJECTED, ErrorKind::cancelled},
      {CKR_FUNCTION_CANCELED, ErrorKind::cancelled},
      {CKR_CANCEL, ErrorKind::cancelled},
      {CKR_SESSION_COUNT, ErrorKind::busy},
      {CKR_TOKEN_RESOURCE_EXCEEDED, ErrorKind::busy},
      {CKR_MECHANISM_INVALID, ErrorKind::not_capable},
      {CKR_TOKEN_WRITE_PROTECTED, ErrorKind::not_capable},
      {CKR_TOKEN_NOT_PRESENT, ErrorKind::token_failed},
      {CKR_DEVICE_ERROR, ErrorKind::token_failed},
      {CKR_USER_TYPE_INVALID, ErrorKind::token_failed},
      {kVendorCode, ErrorKind::token_failed},
      {CKR_ARGUMENTS_BAD, ErrorKind::token_failed},
      {CKR_OK, ErrorKind::internal}};
  for (const auto& [value, kind] : expected)
    REQUIRE_ERROR(throw error_from("it failed", Phase::sign, value), kind, value);
}

TEST_CASE("a module that does not initialise is unusable, and the hint names where to look") {
  const base::Error vague = error_from("start of module \"/m.so\" failed", Phase::initialise, CKR_GENERAL_ERROR);
  REQUIRE_ERROR(throw vague, ErrorKind::module_unusable, CKR_GENERAL_ERROR);
  REQUIRE(contains(vague.message(), "configuration"));
  REQUIRE(contains(vague.hint(), "environment variable"));
  const base::Error arguments = error_from("start failed", Phase::initialise, CKR_ARGUMENTS_BAD);
  REQUIRE_ERROR(throw arguments, ErrorKind::module_unusable, CKR_ARGUMENTS_BAD);
  REQUIRE(contains(arguments.hint(), "init_args"));
}

TEST_CASE("bad arguments at login point to the form of the PIN") {
  const base::Error error = error_from("login failed", Phase::login, CKR_ARGUMENTS_BAD);
  REQUIRE_ERROR(throw error, ErrorKind::pin_refused, CKR_ARGUMENTS_BAD);
  REQUIRE(contains(error.message(), "form of the PIN"));
}

TEST_CASE("a vendor code is shown with its number") {
  REQUIRE(error_from("signing failed", Phase::sign, kVendorCode).message() ==
          "signing failed: the module gives a code of its vendor (0x8000002F)");
  REQUIRE(error_from("signing failed", Phase::sign, 0x4).message() ==
          "signing failed: the module gives a code that PKCS#11 does not know (0x4)");
}
