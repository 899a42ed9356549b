#include "names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "statement.h"

namespace fake {
namespace {

struct Name {
  unsigned long value;
  const char* text;
};

#define NAMED(constant) \
  Name {                \
    constant, #constant \
  }

constexpr std::array kReturnValues = {
    NAMED(CKR_OK),
    NAMED(CKR_CANCEL),
    NAMED(CKR_HOST_MEMORY),
    NAMED(CKR_SLOT_ID_INVALID),
    NAMED(CKR_GENERAL_ERROR),
    NAMED(CKR_FUNCTION_FAILED),
    NAMED(CKR_ARGUMENTS_BAD),
    NAMED(CKR_NO_EVENT),
    NAMED(CKR_NEED_TO_CREATE_THREADS),
    NAMED(CKR_CANT_LOCK),
    NAMED(CKR_ATTRIBUTE_READ_ONLY),
    NAMED(CKR_ATTRIBUTE_SENSITIVE),
    NAMED(CKR_ATTRIBUTE_TYPE_INVALID),
    NAMED(CKR_ATTRIBUTE_VALUE_INVALID),
    NAMED(CKR_ACTION_PROHIBITED),
    NAMED(CKR_DATA_INVALID),
    NAMED(CKR_DATA_LEN_RANGE),
    NAMED(CKR_DEVICE_ERROR),
    NAMED(CKR_DEVICE_MEMORY),
    NAMED(CKR_DEVICE_REMOVED),
    NAMED(CKR_ENCRYPTED_DATA_INVALID),
    NAMED(CKR_ENCRYPTED_DATA_LEN_RANGE),
    NAMED(CKR_FUNCTION_CANCELED),
    NAMED(CKR_FUNCTION_NOT_PARALLEL),
    NAMED(CKR_FUNCTION_NOT_SUPPORTED),
    NAMED(CKR_KEY_HANDLE_INVALID),
    NAMED(CKR_KEY_SIZE_RANGE),
    NAMED(CKR_KEY_TYPE_INCONSISTENT),
    NAMED(CKR_KEY_NOT_NEEDED),
    NAMED(CKR_KEY_CHANGED),
    NAMED(CKR_KEY_NEEDED),
    NAMED(CKR_KEY_INDIGESTIBLE),
    NAMED(CKR_KEY_FUNCTION_NOT_PERMITTED),
    NAMED(CKR_KEY_NOT_WRAPPABLE),
    NAMED(CKR_KEY_UNEXTRACTABLE),
    NAMED(CKR_MECHANISM_INVALID),
    NAMED(CKR_MECHANISM_PARAM_INVALID),
    NAMED(CKR_OBJECT_HANDLE_INVALID),
    NAMED(CKR_OPERATION_ACTIVE),
    NAMED(CKR_OPERATION_NOT_INITIALIZED),
    NAMED(CKR_PIN_INCORRECT),
    NAMED(CKR_PIN_INVALID),
    NAMED(CKR_PIN_LEN_RANGE),
    NAMED(CKR_PIN_EXPIRED),
    NAMED(CKR_PIN_LOCKED),
    NAMED(CKR_SESSION_CLOSED),
    NAMED(CKR_SESSION_COUNT),
    NAMED(CKR_SESSION_HANDLE_INVALID),
    NAMED(CKR_SESSION_PARALLEL_NOT_SUPPORTED),
    NAMED(CKR_SESSION_READ_ONLY),
    NAMED(CKR_SESSION_EXISTS),
    NAMED(CKR_SESSION_READ_ONLY_EXISTS),
    NAMED(CKR_SESSION_READ_WRITE_SO_EXISTS),
    NAMED(CKR_SIGNATURE_INVALID),
    NAMED(CKR_SIGNATURE_LEN_RANGE),
    NAMED(CKR_TEMPLATE_INCOMPLETE),
    NAMED(CKR_TEMPLATE_INCONSISTENT),
    NAMED(CKR_TOKEN_NOT_PRESENT),
    NAMED(CKR_TOKEN_NOT_RECOGNIZED),
    NAMED(CKR_TOKEN_WRITE_PROTECTED),
    NAMED(CKR_UNWRAPPING_KEY_HANDLE_INVALID),
    NAMED(CKR_UNWRAPPING_KEY_SIZE_RANGE),
    NAMED(CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT),
    NAMED(CKR_USER_ALREADY_LOGGED_IN),
    NAMED(CKR_USER_NOT_LOGGED_IN),
    NAMED(CKR_USER_PIN_NOT_INITIALIZED),
    NAMED(CKR_USER_TYPE_INVALID),
    NAMED(CKR_USER_ANOTHER_ALREADY_LOGGED_IN),
    NAMED(CKR_USER_TOO_MANY_TYPES),
    NAMED(CKR_WRAPPED_KEY_INVALID),
    NAMED(CKR_WRAPPED_KEY_LEN_RANGE),
    NAMED(CKR_WRAPPING_KEY_HANDLE_INVALID),
    NAMED(CKR_WRAPPING_KEY_SIZE_RANGE),
    NAMED(CKR_WRAPPING_KEY_TYPE_INCONSISTENT),
    NAMED(CKR_RANDOM_SEED_NOT_SUPPORTED),
    NAMED(CKR_RANDOM_NO_RNG),
    NAMED(CKR_DOMAIN_PARAMS_INVALID),
    NAMED(CKR_CURVE_NOT_SUPPORTED),
    NAMED(CKR_BUFFER_TOO_SMALL),
    NAMED(CKR_SAVED_STATE_INVALID),
    NAMED(CKR_INFORMATION_SENSITIVE),
    NAMED(CKR_STATE_UNSAVEABLE),
    NAMED(CKR_CRYPTOKI_NOT_INITIALIZED),
    NAMED(CKR_CRYPTOKI_ALREADY_INITIALIZED),
    NAMED(CKR_MUTEX_BAD),
    NAMED(CKR_MUTEX_NOT_LOCKED),
    NAMED(CKR_NEW_PIN_MODE),
    NAMED(CKR_NEXT_OTP),
    NAMED(CKR_EXCEEDED_MAX_ITERATIONS),
    NAMED(CKR_FIPS_SELF_TEST_FAILED),
    NAMED(CKR_LIBRARY_LOAD_FAILED),
    NAMED(CKR_PIN_TOO_WEAK),
    NAMED(CKR_PUBLIC_KEY_INVALID),
    NAMED(CKR_FUNCTION_REJECTED),
    // Of later versions, which older headers lack.
    Name{0x201, "CKR_TOKEN_RESOURCE_EXCEEDED"},
    Name{0x202, "CKR_OPERATION_CANCEL_FAILED"},
    Name{0x203, "CKR_KEY_EXHAUSTED"},
    Name{0x204, "CKR_PENDING"},
    Name{0x205, "CKR_SESSION_ASYNC_NOT_SUPPORTED"},
    Name{0x207, "CKR_OPERATION_NOT_VALIDATED"},
    Name{0x208, "CKR_TOKEN_NOT_INITIALIZED"},
    Name{0x209, "CKR_PARAMETER_SET_NOT_SUPPORTED"},
};

constexpr std::array kAttributes = {
    NAMED(CKA_CLASS),
    NAMED(CKA_TOKEN),
    NAMED(CKA_PRIVATE),
    NAMED(CKA_LABEL),
    NAMED(CKA_APPLICATION),
    NAMED(CKA_VALUE),
    NAMED(CKA_OBJECT_ID),
    NAMED(CKA_CERTIFICATE_TYPE),
    NAMED(CKA_ISSUER),
    NAMED(CKA_SERIAL_NUMBER),
    NAMED(CKA_TRUSTED),
    NAMED(CKA_CERTIFICATE_CATEGORY),
    NAMED(CKA_CHECK_VALUE),
    NAMED(CKA_KEY_TYPE),
    NAMED(CKA_SUBJECT),
    NAMED(CKA_ID),
    NAMED(CKA_SENSITIVE),
    NAMED(CKA_ENCRYPT),
    NAMED(CKA_DECRYPT),
    NAMED(CKA_WRAP),
    NAMED(CKA_UNWRAP),
    NAMED(CKA_SIGN),
    NAMED(CKA_SIGN_RECOVER),
    NAMED(CKA_VERIFY),
    NAMED(CKA_VERIFY_RECOVER),
    NAMED(CKA_DERIVE),
    NAMED(CKA_START_DATE),
    NAMED(CKA_END_DATE),
    NAMED(CKA_MODULUS),
    NAMED(CKA_MODULUS_BITS),
    NAMED(CKA_PUBLIC_EXPONENT),
    NAMED(CKA_PRIVATE_EXPONENT),
    NAMED(CKA_PRIME_1),
    NAMED(CKA_PRIME_2),
    NAMED(CKA_EXPONENT_1),
    NAMED(CKA_EXPONENT_2),
    NAMED(CKA_COEFFICIENT),
    NAMED(CKA_PUBLIC_KEY_INFO),
    NAMED(CKA_PRIME),
    NAMED(CKA_VALUE_LEN),
    NAMED(CKA_EXTRACTABLE),
    NAMED(CKA_LOCAL),
    NAMED(CKA_NEVER_EXTRACTABLE),
    NAMED(CKA_ALWAYS_SENSITIVE),
    NAMED(CKA_KEY_GEN_MECHANISM),
    NAMED(CKA_MODIFIABLE),
    NAMED(CKA_COPYABLE),
    NAMED(CKA_DESTROYABLE),
    NAMED(CKA_EC_PARAMS),
    NAMED(CKA_EC_POINT),
    NAMED(CKA_ALWAYS_AUTHENTICATE),
    NAMED(CKA_WRAP_WITH_TRUSTED),
    NAMED(CKA_MECHANISM_TYPE),
    NAMED(CKA_ALLOWED_MECHANISMS),
};

constexpr std::array kMechanisms = {
    NAMED(CKM_RSA_PKCS_KEY_PAIR_GEN),
    NAMED(CKM_RSA_PKCS),
    NAMED(CKM_RSA_X_509),
    NAMED(CKM_RSA_PKCS_PSS),
    NAMED(CKM_SHA256_RSA_PKCS),
    NAMED(CKM_SHA384_RSA_PKCS),
    NAMED(CKM_SHA512_RSA_PKCS),
    NAMED(CKM_SHA256_RSA_PKCS_PSS),
    NAMED(CKM_SHA384_RSA_PKCS_PSS),
    NAMED(CKM_SHA512_RSA_PKCS_PSS),
    NAMED(CKM_EC_KEY_PAIR_GEN),
    NAMED(CKM_ECDSA),
    NAMED(CKM_ECDSA_SHA256),
    NAMED(CKM_ECDSA_SHA384),
    NAMED(CKM_ECDSA_SHA512),
};

#undef NAMED

constexpr std::array kUsers = {Name{CKU_USER, "user"}, Name{CKU_SO, "so"}, Name{CKU_CONTEXT_SPECIFIC, "context"}};

constexpr std::array kClasses = {Name{CKO_DATA, "data"}, Name{CKO_CERTIFICATE, "certificate"},
                                 Name{CKO_PUBLIC_KEY, "public"}, Name{CKO_PRIVATE_KEY, "private"},
                                 Name{CKO_SECRET_KEY, "secret"}};

constexpr std::array kFunctions = {
    std::string_view{"C_Initialize"},
    std::string_view{"C_Finalize"},
    std::string_view{"C_GetInfo"},
    std::string_view{"C_GetFunctionList"},
    std::string_view{"C_GetSlotList"},
    std::string_view{"C_GetSlotInfo"},
    std::string_view{"C_GetTokenInfo"},
    std::string_view{"C_WaitForSlotEvent"},
    std::string_view{"C_GetMechanismList"},
    std::string_view{"C_GetMechanismInfo"},
    std::string_view{"C_InitToken"},
    std::string_view{"C_InitPIN"},
    std::string_view{"C_SetPIN"},
    std::string_view{"C_OpenSession"},
    std::string_view{"C_CloseSession"},
    std::string_view{"C_CloseAllSessions"},
    std::string_view{"C_GetSessionInfo"},
    std::string_view{"C_GetOperationState"},
    std::string_view{"C_SetOperationState"},
    std::string_view{"C_Login"},
    std::string_view{"C_Logout"},
    std::string_view{"C_CreateObject"},
    std::string_view{"C_CopyObject"},
    std::string_view{"C_DestroyObject"},
    std::string_view{"C_GetObjectSize"},
    std::string_view{"C_GetAttributeValue"},
    std::string_view{"C_SetAttributeValue"},
    std::string_view{"C_FindObjectsInit"},
    std::string_view{"C_FindObjects"},
    std::string_view{"C_FindObjectsFinal"},
    std::string_view{"C_EncryptInit"},
    std::string_view{"C_Encrypt"},
    std::string_view{"C_EncryptUpdate"},
    std::string_view{"C_EncryptFinal"},
    std::string_view{"C_DecryptInit"},
    std::string_view{"C_Decrypt"},
    std::string_view{"C_DecryptUpdate"},
    std::string_view{"C_DecryptFinal"},
    std::string_view{"C_DigestInit"},
    std::string_view{"C_Digest"},
    std::string_view{"C_DigestUpdate"},
    std::string_view{"C_DigestKey"},
    std::string_view{"C_DigestFinal"},
    std::string_view{"C_SignInit"},
    std::string_view{"C_Sign"},
    std::string_view{"C_SignUpdate"},
    std::string_view{"C_SignFinal"},
    std::string_view{"C_SignRecoverInit"},
    std::string_view{"C_SignRecover"},
    std::string_view{"C_VerifyInit"},
    std::string_view{"C_Verify"},
    std::string_view{"C_VerifyUpdate"},
    std::string_view{"C_VerifyFinal"},
    std::string_view{"C_VerifyRecoverInit"},
    std::string_view{"C_VerifyRecover"},
    std::string_view{"C_DigestEncryptUpdate"},
    std::string_view{"C_DecryptDigestUpdate"},
    std::string_view{"C_SignEncryptUpdate"},
    std::string_view{"C_DecryptVerifyUpdate"},
    std::string_view{"C_GenerateKey"},
    std::string_view{"C_GenerateKeyPair"},
    std::string_view{"C_WrapKey"},
    std::string_view{"C_UnwrapKey"},
    std::string_view{"C_DeriveKey"},
    std::string_view{"C_SeedRandom"},
    std::string_view{"C_GenerateRandom"},
    std::string_view{"C_GetFunctionStatus"},
    std::string_view{"C_CancelFunction"},
    std::string_view{"C_GetInterfaceList"},
    std::string_view{"C_GetInterface"},
    std::string_view{"C_LoginUser"},
    std::string_view{"C_SessionCancel"},
    std::string_view{"C_MessageEncryptInit"},
    std::string_view{"C_EncryptMessage"},
    std::string_view{"C_EncryptMessageBegin"},
    std::string_view{"C_EncryptMessageNext"},
    std::string_view{"C_MessageEncryptFinal"},
    std::string_view{"C_MessageDecryptInit"},
    std::string_view{"C_DecryptMessage"},
    std::string_view{"C_DecryptMessageBegin"},
    std::string_view{"C_DecryptMessageNext"},
    std::string_view{"C_MessageDecryptFinal"},
    std::string_view{"C_MessageSignInit"},
    std::string_view{"C_SignMessage"},
    std::string_view{"C_SignMessageBegin"},
    std::string_view{"C_SignMessageNext"},
    std::string_view{"C_MessageSignFinal"},
    std::string_view{"C_MessageVerifyInit"},
    std::string_view{"C_VerifyMessage"},
    std::string_view{"C_VerifyMessageBegin"},
    std::string_view{"C_VerifyMessageNext"},
    std::string_view{"C_MessageVerifyFinal"},
    std::string_view{"load"},
    std::string_view{"unload"},
};

std::string text_of(std::span<const Name> names, unsigned long value) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const Name& each) { return each.value == value; });
  if (found != names.end()) return found->text;
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

unsigned long value_of(std::span<const Name> names, std::string_view word) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const Name& each) { return each.text == word; });
  return found != names.end() ? found->value : number_of(word);
}

int digit_of(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  throw RuleError("not a hexadecimal digit: " + std::string(1, letter));
}

}  // namespace

unsigned long number_of(std::string_view word) {
  const bool hexadecimal = word.starts_with("0x");
  const std::string_view digits = hexadecimal ? word.substr(2) : word;
  unsigned long value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hexadecimal ? 16 : 10);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw RuleError("neither a known name nor a number: " + std::string(word));
  }
  return value;
}

CK_RV return_value_of(std::string_view word) {
  return value_of(kReturnValues, word);
}
CK_ATTRIBUTE_TYPE attribute_of(std::string_view word) {
  return value_of(kAttributes, word);
}
CK_MECHANISM_TYPE mechanism_of(std::string_view word) {
  return value_of(kMechanisms, word);
}
CK_USER_TYPE user_of(std::string_view word) {
  return value_of(kUsers, word);
}

std::string name_of_return_value(CK_RV value) {
  return text_of(kReturnValues, value);
}
std::string name_of_attribute(CK_ATTRIBUTE_TYPE type) {
  return text_of(kAttributes, type);
}
std::string name_of_mechanism(CK_MECHANISM_TYPE type) {
  return text_of(kMechanisms, type);
}
std::string name_of_user(CK_USER_TYPE type) {
  return text_of(kUsers, type);
}
std::string name_of_class(CK_OBJECT_CLASS object_class) {
  return text_of(kClasses, object_class);
}

bool is_function_name(std::string_view word) {
  return std::find(kFunctions.begin(), kFunctions.end(), word) != kFunctions.end();
}

Bytes bytes_of_hex(std::string_view word) {
  if (word.size() % 2 != 0) throw RuleError("an odd number of hexadecimal digits: " + std::string(word));
  Bytes bytes;
  for (std::size_t at = 0; at < word.size(); at += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit_of(word[at]) << 4 | digit_of(word[at + 1])));
  }
  return bytes;
}

std::string hex_of(const Bytes& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace fake
