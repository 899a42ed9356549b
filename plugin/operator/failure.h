#pragma once

#include <string>

#include "base/error.h"

namespace operators {

// The one place where an Error becomes text for a person and an exit status (see operators/run.h).
std::string failure_text(const base::Error& error);
int exit_status(base::ErrorKind kind);

}  // namespace operators
