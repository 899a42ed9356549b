#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "schema/certificate_report.h"
#include "trust/certificate.h"

namespace operators {

schema::CertificateSummary summary_of(const trust::Certificate& certificate);
std::vector<schema::CertificateSummary> summaries_of(const std::vector<base::Bytes>& certificates);

// `CN=release (EC-256, serial 0123, until 2027-…)`
std::string text_of(const schema::CertificateSummary& certificate);

}  // namespace operators
