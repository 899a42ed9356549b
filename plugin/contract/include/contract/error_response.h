#pragma once

#include "base/error.h"
#include "schema/notation.h"

namespace contract {

// The one place where an Error becomes the contract's error object (plugin-extensibility.md, "Plugin contract"). The
// message keeps its first line and carries the hint below it; metadata holds phase, ckr and module where they are
// known, and nothing for a malformed request, which is answered as the Go framework does.
schema::ErrorResponse error_response(const base::Error& error);

}  // namespace contract
