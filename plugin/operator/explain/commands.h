#pragma once

#include <string>

#include "signing/settings.h"

namespace operators {

struct ExplainFlags {
  std::string key;  // configured name, name in notation, or URI
  signing::ModuleFlags module;
  bool json = false;
};

// Prints what the key's name leads to, what it nearly leads to, and who set what. Throws, behind all that, the Error
// with which a signature would end before a login.
void explain(const ExplainFlags& flags);

}  // namespace operators
