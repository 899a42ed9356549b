#pragma once

#include <optional>
#include <vector>

#include "enroll/commands.h"
#include "enroll/key_step.h"
#include "enroll/place.h"
#include "schema/enroll_report.h"
#include "trust/chain.h"

namespace operators {

// What an enrolment has of a certificate: a chain that notation accepts for the key, or a request for one.
struct EnrolledCertificate {
  schema::EnrollStep step;
  std::optional<trust::CheckedChain> chain;  // empty while a CA has not issued the certificate
};

// The chain file that is there, else the one the flags give, else a self-signed certificate or a request. Errors:
// invalid_chain (for another key, or not as notation wants it), as `cert csr` and `cert self-sign`.
EnrolledCertificate bring_certificate(const EnrollFlags& flags, const EnrolPlace& place, EnrolledKey& key);

}  // namespace operators
