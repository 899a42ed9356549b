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

// Numbers, not the constants of a header, because headers disagree on some and lack others. The five that disagree have
// the values of p11-kit and SoftHSM.
constexpr std::array kReturnValues = {
    Name{0x0, "CKR_OK"},
    Name{0x1, "CKR_CANCEL"},
    Name{0x2, "CKR_HOST_MEMORY"},
    Name{0x3, "CKR_SLOT_ID_INVALID"},
    Name{0x5, "CKR_GENERAL_ERROR"},
    Name{0x6, "CKR_FUNCTION_FAILED"},
    Name{0x7, "CKR_ARGUMENTS_BAD"},
    Name{0x8, "CKR_NO_EVENT"},
    Name{0x9, "CKR_NEED_TO_CREATE_THREADS"},
    Name{0xa, "CKR_CANT_LOCK"},
    Name{0x10, "CKR_ATTRIBUTE_READ_ONLY"},
    Name{0x11, "CKR_ATTRIBUTE_SENSITIVE"},
    Name{0x12, "CKR_ATTRIBUTE_TYPE_INVALID"},
    Name{0x13, "CKR_ATTRIBUTE_VALUE_INVALID"},
    Name{0x1b, "CKR_ACTION_PROHIBITED"},
    Name{0x20, "CKR_DATA_INVALID"},
    Name{0x21, "CKR_DATA_LEN_RANGE"},
    Name{0x30, "CKR_DEVICE_ERROR"},
    Name{0x31, "CKR_DEVICE_MEMORY"},
    Name{0x32, "CKR_DEVICE_REMOVED"},
    Name{0x40, "CKR_ENCRYPTED_DATA_INVALID"},
    Name{0x41, "CKR_ENCRYPTED_DATA_LEN_RANGE"},
    Name{0x50, "CKR_FUNCTION_CANCELED"},
    Name{0x51, "CKR_FUNCTION_NOT_PARALLEL"},
    Name{0x54, "CKR_FUNCTION_NOT_SUPPORTED"},
    Name{0x60, "CKR_KEY_HANDLE_INVALID"},
    Name{0x62, "CKR_KEY_SIZE_RANGE"},
    Name{0x63, "CKR_KEY_TYPE_INCONSISTENT"},
    Name{0x64, "CKR_KEY_NOT_NEEDED"},
    Name{0x65, "CKR_KEY_CHANGED"},
    Name{0x66, "CKR_KEY_NEEDED"},
    Name{0x67, "CKR_KEY_INDIGESTIBLE"},
    Name{0x68, "CKR_KEY_FUNCTION_NOT_PERMITTED"},
    Name{0x69, "CKR_KEY_NOT_WRAPPABLE"},
    Name{0x6a, "CKR_KEY_UNEXTRACTABLE"},
    Name{0x70, "CKR_MECHANISM_INVALID"},
    Name{0x71, "CKR_MECHANISM_PARAM_INVALID"},
    Name{0x82, "CKR_OBJECT_HANDLE_INVALID"},
    Name{0x90, "CKR_OPERATION_ACTIVE"},
    Name{0x91, "CKR_OPERATION_NOT_INITIALIZED"},
    Name{0xa0, "CKR_PIN_INCORRECT"},
    Name{0xa1, "CKR_PIN_INVALID"},
    Name{0xa2, "CKR_PIN_LEN_RANGE"},
    Name{0xa3, "CKR_PIN_EXPIRED"},
    Name{0xa4, "CKR_PIN_LOCKED"},
    Name{0xb0, "CKR_SESSION_CLOSED"},
    Name{0xb1, "CKR_SESSION_COUNT"},
    Name{0xb3, "CKR_SESSION_HANDLE_INVALID"},
    Name{0xb4, "CKR_SESSION_PARALLEL_NOT_SUPPORTED"},
    Name{0xb5, "CKR_SESSION_READ_ONLY"},
    Name{0xb6, "CKR_SESSION_EXISTS"},
    Name{0xb7, "CKR_SESSION_READ_ONLY_EXISTS"},
    Name{0xb8, "CKR_SESSION_READ_WRITE_SO_EXISTS"},
    Name{0xc0, "CKR_SIGNATURE_INVALID"},
    Name{0xc1, "CKR_SIGNATURE_LEN_RANGE"},
    Name{0xd0, "CKR_TEMPLATE_INCOMPLETE"},
    Name{0xd1, "CKR_TEMPLATE_INCONSISTENT"},
    Name{0xe0, "CKR_TOKEN_NOT_PRESENT"},
    Name{0xe1, "CKR_TOKEN_NOT_RECOGNIZED"},
    Name{0xe2, "CKR_TOKEN_WRITE_PROTECTED"},
    Name{0xf0, "CKR_UNWRAPPING_KEY_HANDLE_INVALID"},
    Name{0xf1, "CKR_UNWRAPPING_KEY_SIZE_RANGE"},
    Name{0xf2, "CKR_UNWRAPPING_KEY_TYPE_INCONSISTENT"},
    Name{0x100, "CKR_USER_ALREADY_LOGGED_IN"},
    Name{0x101, "CKR_USER_NOT_LOGGED_IN"},
    Name{0x102, "CKR_USER_PIN_NOT_INITIALIZED"},
    Name{0x103, "CKR_USER_TYPE_INVALID"},
    Name{0x104, "CKR_USER_ANOTHER_ALREADY_LOGGED_IN"},
    Name{0x105, "CKR_USER_TOO_MANY_TYPES"},
    Name{0x110, "CKR_WRAPPED_KEY_INVALID"},
    Name{0x112, "CKR_WRAPPED_KEY_LEN_RANGE"},
    Name{0x113, "CKR_WRAPPING_KEY_HANDLE_INVALID"},
    Name{0x114, "CKR_WRAPPING_KEY_SIZE_RANGE"},
    Name{0x115, "CKR_WRAPPING_KEY_TYPE_INCONSISTENT"},
    Name{0x120, "CKR_RANDOM_SEED_NOT_SUPPORTED"},
    Name{0x121, "CKR_RANDOM_NO_RNG"},
    Name{0x130, "CKR_DOMAIN_PARAMS_INVALID"},
    Name{0x140, "CKR_CURVE_NOT_SUPPORTED"},
    Name{0x150, "CKR_BUFFER_TOO_SMALL"},
    Name{0x160, "CKR_SAVED_STATE_INVALID"},
    Name{0x170, "CKR_INFORMATION_SENSITIVE"},
    Name{0x180, "CKR_STATE_UNSAVEABLE"},
    Name{0x190, "CKR_CRYPTOKI_NOT_INITIALIZED"},
    Name{0x191, "CKR_CRYPTOKI_ALREADY_INITIALIZED"},
    Name{0x1a0, "CKR_MUTEX_BAD"},
    Name{0x1a1, "CKR_MUTEX_NOT_LOCKED"},
    Name{0x1b0, "CKR_NEW_PIN_MODE"},
    Name{0x1b1, "CKR_NEXT_OTP"},
    Name{0x1c0, "CKR_EXCEEDED_MAX_ITERATIONS"},
    Name{0x1c1, "CKR_FIPS_SELF_TEST_FAILED"},
    Name{0x1c2, "CKR_LIBRARY_LOAD_FAILED"},
    Name{0x1c3, "CKR_PIN_TOO_WEAK"},
    Name{0x1c4, "CKR_PUBLIC_KEY_INVALID"},
    Name{0x200, "CKR_FUNCTION_REJECTED"},
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
    Name{0x0, "CKA_CLASS"},
    Name{0x1, "CKA_TOKEN"},
    Name{0x2, "CKA_PRIVATE"},
    Name{0x3, "CKA_LABEL"},
    Name{0x10, "CKA_APPLICATION"},
    Name{0x11, "CKA_VALUE"},
    Name{0x12, "CKA_OBJECT_ID"},
    Name{0x80, "CKA_CERTIFICATE_TYPE"},
    Name{0x81, "CKA_ISSUER"},
    Name{0x82, "CKA_SERIAL_NUMBER"},
    Name{0x86, "CKA_TRUSTED"},
    Name{0x87, "CKA_CERTIFICATE_CATEGORY"},
    Name{0x90, "CKA_CHECK_VALUE"},
    Name{0x100, "CKA_KEY_TYPE"},
    Name{0x101, "CKA_SUBJECT"},
    Name{0x102, "CKA_ID"},
    Name{0x103, "CKA_SENSITIVE"},
    Name{0x104, "CKA_ENCRYPT"},
    Name{0x105, "CKA_DECRYPT"},
    Name{0x106, "CKA_WRAP"},
    Name{0x107, "CKA_UNWRAP"},
    Name{0x108, "CKA_SIGN"},
    Name{0x109, "CKA_SIGN_RECOVER"},
    Name{0x10a, "CKA_VERIFY"},
    Name{0x10b, "CKA_VERIFY_RECOVER"},
    Name{0x10c, "CKA_DERIVE"},
    Name{0x110, "CKA_START_DATE"},
    Name{0x111, "CKA_END_DATE"},
    Name{0x120, "CKA_MODULUS"},
    Name{0x121, "CKA_MODULUS_BITS"},
    Name{0x122, "CKA_PUBLIC_EXPONENT"},
    Name{0x123, "CKA_PRIVATE_EXPONENT"},
    Name{0x124, "CKA_PRIME_1"},
    Name{0x125, "CKA_PRIME_2"},
    Name{0x126, "CKA_EXPONENT_1"},
    Name{0x127, "CKA_EXPONENT_2"},
    Name{0x128, "CKA_COEFFICIENT"},
    Name{0x129, "CKA_PUBLIC_KEY_INFO"},
    Name{0x130, "CKA_PRIME"},
    Name{0x161, "CKA_VALUE_LEN"},
    Name{0x162, "CKA_EXTRACTABLE"},
    Name{0x163, "CKA_LOCAL"},
    Name{0x164, "CKA_NEVER_EXTRACTABLE"},
    Name{0x165, "CKA_ALWAYS_SENSITIVE"},
    Name{0x166, "CKA_KEY_GEN_MECHANISM"},
    Name{0x170, "CKA_MODIFIABLE"},
    Name{0x171, "CKA_COPYABLE"},
    Name{0x172, "CKA_DESTROYABLE"},
    Name{0x180, "CKA_EC_PARAMS"},
    Name{0x181, "CKA_EC_POINT"},
    Name{0x202, "CKA_ALWAYS_AUTHENTICATE"},
    Name{0x210, "CKA_WRAP_WITH_TRUSTED"},
    Name{0x500, "CKA_MECHANISM_TYPE"},
    Name{0x40000600, "CKA_ALLOWED_MECHANISMS"},
};

constexpr std::array kMechanisms = {
    Name{0x0, "CKM_RSA_PKCS_KEY_PAIR_GEN"},
    Name{0x1, "CKM_RSA_PKCS"},
    Name{0x3, "CKM_RSA_X_509"},
    Name{0xa, "CKM_RSA_X9_31_KEY_PAIR_GEN"},
    Name{0xd, "CKM_RSA_PKCS_PSS"},
    Name{0x40, "CKM_SHA256_RSA_PKCS"},
    Name{0x41, "CKM_SHA384_RSA_PKCS"},
    Name{0x42, "CKM_SHA512_RSA_PKCS"},
    Name{0x43, "CKM_SHA256_RSA_PKCS_PSS"},
    Name{0x44, "CKM_SHA384_RSA_PKCS_PSS"},
    Name{0x45, "CKM_SHA512_RSA_PKCS_PSS"},
    Name{0x1040, "CKM_EC_KEY_PAIR_GEN"},
    Name{0x1041, "CKM_ECDSA"},
    Name{0x1044, "CKM_ECDSA_SHA256"},
    Name{0x1045, "CKM_ECDSA_SHA384"},
    Name{0x1046, "CKM_ECDSA_SHA512"},
};

constexpr std::array kUsers = {Name{CKU_USER, "user"}, Name{CKU_SO, "so"}, Name{CKU_CONTEXT_SPECIFIC, "context"}};

constexpr std::array kClasses = {Name{CKO_DATA, "data"}, Name{CKO_CERTIFICATE, "certificate"},
                                 Name{CKO_PUBLIC_KEY, "public"}, Name{CKO_PRIVATE_KEY, "private"},
                                 Name{CKO_SECRET_KEY, "secret"}};

constexpr std::string_view kFunctions =
    " C_Initialize C_Finalize C_GetInfo C_GetFunctionList C_GetSlotList C_GetSlotInfo C_GetTokenInfo "
    "C_WaitForSlotEvent C_GetMechanismList C_GetMechanismInfo C_InitToken C_InitPIN C_SetPIN "
    "C_OpenSession C_CloseSession C_CloseAllSessions C_GetSessionInfo C_GetOperationState "
    "C_SetOperationState C_Login C_Logout C_CreateObject C_CopyObject C_DestroyObject C_GetObjectSize "
    "C_GetAttributeValue C_SetAttributeValue C_FindObjectsInit C_FindObjects C_FindObjectsFinal "
    "C_EncryptInit C_Encrypt C_EncryptUpdate C_EncryptFinal C_DecryptInit C_Decrypt C_DecryptUpdate "
    "C_DecryptFinal C_DigestInit C_Digest C_DigestUpdate C_DigestKey C_DigestFinal C_SignInit C_Sign "
    "C_SignUpdate C_SignFinal C_SignRecoverInit C_SignRecover C_VerifyInit C_Verify C_VerifyUpdate "
    "C_VerifyFinal C_VerifyRecoverInit C_VerifyRecover C_DigestEncryptUpdate C_DecryptDigestUpdate "
    "C_SignEncryptUpdate C_DecryptVerifyUpdate C_GenerateKey C_GenerateKeyPair C_WrapKey C_UnwrapKey "
    "C_DeriveKey C_SeedRandom C_GenerateRandom C_GetFunctionStatus C_CancelFunction C_GetInterfaceList "
    "C_GetInterface C_LoginUser C_SessionCancel C_MessageEncryptInit C_EncryptMessage "
    "C_EncryptMessageBegin C_EncryptMessageNext C_MessageEncryptFinal C_MessageDecryptInit "
    "C_DecryptMessage C_DecryptMessageBegin C_DecryptMessageNext C_MessageDecryptFinal C_MessageSignInit "
    "C_SignMessage C_SignMessageBegin C_SignMessageNext C_MessageSignFinal C_MessageVerifyInit "
    "C_VerifyMessage C_VerifyMessageBegin C_VerifyMessageNext C_MessageVerifyFinal load unload ";

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
  return kFunctions.find(" " + std::string(word) + " ") != std::string_view::npos;
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
