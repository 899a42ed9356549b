#pragma once

#include "module.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// What the module and the tokens that fit the filter say of themselves; `times` is left empty. Opens no session.
Probe probe_module(const Module& module, const Uri& filter);

}  // namespace pkcs11
