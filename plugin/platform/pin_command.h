#pragma once

#include "base/secret.h"
#include "platform/pin.h"

namespace platform {

// What the program of a pin_command writes on standard output. Error(pin_unavailable, phase pin) when it cannot be run,
// fails, writes too much or has not ended in time. What it writes on standard error goes into the hint only when it
// wrote nothing on standard output: a program that got as far as a PIN may repeat it there.
base::Secret run_pin_command(const PinSource& source);

}  // namespace platform
