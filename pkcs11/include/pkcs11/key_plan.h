#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pkcs11/token_service.h"

namespace pkcs11 {

// What a generation will ask of the token, without asking it.
struct KeyPlan {
  std::vector<std::string> mechanisms;                   // CKM names, or numbers, in the order to try them
  std::vector<AttributeText> public_half, private_half;  // the templates that are tried first, in their order
};

// Made from the very templates that are sent. Errors: invalid_request (an extra attribute is one that is always set, or
// comes twice).
KeyPlan plan_of(const GenerateOrder& order);

// Reads "private:CKA_UNWRAP=false", "public:0x80000001=hex:0a0b", "private:CKA_START_DATE=text:20260101",
// "private:0x80000002=ulong:5". The half is `public` or `private`; the attribute a CKA name or a number in hexadecimal;
// the value `true`, `false`, `hex:` with digits, `text:`, or `ulong:` with a decimal number or one in hexadecimal.
// Errors: invalid_request, which names the part that is wrong and the nearest name that is known.
ExtraAttribute parse_extra_attribute(std::string_view text);

}  // namespace pkcs11
