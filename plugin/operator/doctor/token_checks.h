#pragma once

#include <optional>
#include <string>

#include "doctor/checklist.h"
#include "doctor/surroundings.h"
#include "pkcs11/token_service.h"
#include "platform/pin.h"
#include "signing/settings.h"

namespace operators {

// The tokens that fit, initialised or not. Attributes of an object and the query do not count.
std::vector<pkcs11::TokenState> fitting_tokens(const pkcs11::Probe& probe, const pkcs11::Uri& uri);

// No token fits: says so with the module's own words, or that the only one is not initialised yet.
void fail_token(Checklist& list, const base::Error& error, const pkcs11::Probe& probe, const std::string& module);

// What the token's flags say of its PIN, and, where one will be needed, whether `setup` can give it. Spends no try.
void check_pin_state(Checklist& list, const pkcs11::TokenState& token, const signing::KeySetup& setup,
                     Surroundings& surroundings, bool will_be_needed);

// The mechanism that will sign, against what the token announces.
void check_mechanism(Checklist& list, const pkcs11::Inspection& inspection, const pkcs11::Probe& probe);

// What the token says of the private half.
void check_attributes(Checklist& list, const pkcs11::KeyDetails& details);

std::string text_of(const pkcs11::TokenState& token);

}  // namespace operators
