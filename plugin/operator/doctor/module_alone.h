#pragma once

#include <optional>

#include "doctor/checklist.h"
#include "doctor/commands.h"
#include "doctor/surroundings.h"
#include "signing/settings.h"

namespace operators {

// The module and the token that the flags name, without a key.
std::optional<pkcs11::Probe> check_module_alone(Checklist& list, Surroundings& surroundings,
                                                const signing::Settings& settings, const DoctorFlags& flags);

// Every module that p11-kit knows: whether it starts, and with how many tokens.
void check_known_modules(Checklist& list, Surroundings& surroundings, const signing::Settings& settings);

}  // namespace operators
