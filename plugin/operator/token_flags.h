#pragma once

#include <string>

#include "signing/settings.h"

namespace operators {

// Where a command finds its token, as flags gave it.
struct TokenFlags {
  signing::ModuleFlags module;
  std::string token;  // label or PKCS#11 URI of a token, empty: any
};

}  // namespace operators
