#pragma once

#include <string>
#include <string_view>

#include "cryptoki.h"

// Names of PKCS#11 numbers, for rules and for the call log. Every `*_of` accepts a name of the table or a number
// ("0x80000001", "17") and throws RuleError for anything else.
namespace fake {

CK_RV return_value_of(std::string_view word);
CK_ATTRIBUTE_TYPE attribute_of(std::string_view word);
CK_MECHANISM_TYPE mechanism_of(std::string_view word);
CK_USER_TYPE user_of(std::string_view word);  // user, so, context
unsigned long number_of(std::string_view word);

std::string name_of_return_value(CK_RV value);
std::string name_of_attribute(CK_ATTRIBUTE_TYPE type);
std::string name_of_mechanism(CK_MECHANISM_TYPE type);
std::string name_of_user(CK_USER_TYPE type);
std::string name_of_class(CK_OBJECT_CLASS object_class);

// True for the names of C_ functions up to 3.0 and for `load` and `unload`.
bool is_function_name(std::string_view word);

Bytes bytes_of_hex(std::string_view word);
std::string hex_of(const Bytes& bytes);

}  // namespace fake
