#pragma once

#include <optional>
#include <string>

#include "pkcs11/token_service.h"
#include "platform/log.h"

namespace operators {

// Writes what the module and its tokens do, and nothing that tells whose they are, to a new file. `service` has loaded
// the module; opens sessions, logs in nowhere. Error(invalid_settings) for the file, Error(invalid_request) without a
// module that starts.
void write_token_report(const std::string& file, pkcs11::TokenService* service, const std::string& module,
                        const pkcs11::Quirks& quirks, const std::optional<pkcs11::Probe>& probe);

}  // namespace operators
