#pragma once

#include "enroll/commands.h"
#include "enroll/key_step.h"
#include "enroll/place.h"
#include "schema/enroll_report.h"

namespace operators {

// The key's entry in the user's configuration file. Errors: invalid_settings, also where the administrator lets nobody
// have a file.
schema::EnrollStep configure(const EnrollFlags& flags, const EnrolPlace& place, const EnrolledKey& key);

}  // namespace operators
