#include "cert/summary.h"

#include "trust/public_key.h"

namespace operators {

schema::CertificateSummary summary_of(const trust::Certificate& certificate) {
  return {certificate.subject(),
          certificate.issuer(),
          base::to_hex(certificate.serial()),
          trust::format_time(certificate.not_before()),
          trust::format_time(certificate.not_after()),
          certificate.key().description,
          trust::sha256_hex(certificate.der())};
}

std::vector<schema::CertificateSummary> summaries_of(const std::vector<base::Bytes>& certificates) {
  std::vector<schema::CertificateSummary> summaries;
  for (const base::Bytes& der : certificates)
    summaries.push_back(summary_of(trust::Certificate::parse(der, "the certificate")));
  return summaries;
}

std::string text_of(const schema::CertificateSummary& certificate) {
  return certificate.subject + " (" + certificate.key + ", until " + certificate.not_after + ")";
}

}  // namespace operators
