#pragma once

#include <string>

#include "token_flags.h"

namespace operators {

struct DoctorFlags {
  std::string key;  // configured name, name in notation, or URI; empty: the machine alone
  TokenFlags token;
  bool login = false, sign = false;
  std::string report;  // path of the token report; empty: none
  bool json = false;
};

// Checks everything that a signature needs, in order, and prints a line for each. No PIN is tried unless `login` or
// `sign` is set. Error(not_capable) when a check failed.
void examine(const DoctorFlags& flags);

}  // namespace operators
