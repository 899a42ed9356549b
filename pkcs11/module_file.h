#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace pkcs11 {

// Looks at the file before the dynamic loader runs anything in it: readable, an ELF shared library for this machine,
// and mentions C_GetFunctionList. Throws Error(module_unusable) that says which of these is wrong.
void check_library_format(const std::string& path);

// The library loads but is no PKCS#11 module: `cause` says what it lacks.
base::Error not_a_module(const std::string& path, const std::string& cause);

// What dlopen's complaint means for the user. `reason` is dlerror's text.
base::Error loader_error(const std::string& path, std::string_view reason);

// "x86-64" for 62 and so on: e_machine of the ELF header (System V ABI, generic supplement, chapter 4).
std::string machine_name(unsigned machine);

}  // namespace pkcs11
