#pragma once

#include <optional>
#include <string>
#include <vector>

#include "doctor/checklist.h"
#include "doctor/surroundings.h"
#include "signing/settings.h"

namespace operators {

// Empty when the files cannot be used.
std::optional<signing::Settings> check_configuration(Checklist& list, const signing::SettingsFiles& files);

// `required`: the key cannot do without it.
void check_state_folder(Checklist& list, bool required);

void check_pin_source(Checklist& list, const std::optional<platform::PinSource>& source, Surroundings& surroundings);

// A clock that is behind shows by files that were written later than now. One that is ahead does not show here.
void check_clock(Checklist& list, base::Clock& clock, const std::vector<std::string>& files);

// The file that this process runs, links resolved.
std::string own_executable();

// A command of ours for a shell: by name where PATH leads to this executable, else by path.
std::string own_command(const std::vector<std::string>& arguments);

}  // namespace operators
