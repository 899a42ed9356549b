#pragma once

#include <functional>
#include <optional>
#include <string>

#include "doctor/checklist.h"
#include "pkcs11/token_service.h"
#include "signing/settings.h"

namespace operators {

// A failure to use the module's file, with what can be said beyond the error.
void fail_module_file(Checklist& list, const base::Error& error, const std::string& path);

// The C library it is made for, and the configuration it reads by itself. False when there is no use in loading it.
bool check_module_needs(Checklist& list, const std::string& path);

// Loads and starts the module in its worker; what it then says of itself and its tokens. Empty when it does not.
std::optional<pkcs11::Probe> check_module_starts(Checklist& list, pkcs11::TokenService& service);

}  // namespace operators
