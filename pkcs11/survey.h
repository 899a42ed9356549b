#pragma once

#include "module.h"

namespace pkcs11 {

// Every token that the filter's token attributes select, initialised or not, and the keys on it that the filter's
// object attributes select. A token that cannot be read is a remark. With a login the filter must select one token
// (ambiguous_key, key_not_found), and its errors are errors.
Survey survey_tokens(const Module& module, const Uri& filter, const Login* login);

}  // namespace pkcs11
