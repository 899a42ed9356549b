#pragma once

#include <string>

#include "doctor/checklist.h"

namespace operators {

// The configuration that the vendor's library reads by itself: the variable that names it, the file or folder, and for
// SoftHSM the token folder within. By the file name of the library; one that is not known passes.
void check_vendor_settings(Checklist& list, const std::string& module);

}  // namespace operators
