#include "schema/certificate_report.h"

#include <nlohmann/json.hpp>

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const CertificateSummary& certificate) {
  return {{"subject", certificate.subject},      {"issuer", certificate.issuer},      {"serial", certificate.serial},
          {"notBefore", certificate.not_before}, {"notAfter", certificate.not_after}, {"key", certificate.key},
          {"sha256", certificate.sha256}};
}

Json json_of(const LintFinding& finding) {
  return {{"message", finding.message}, {"hint", finding.hint}};
}

Json json_of(const LintedCertificate& linted);

template <typename Item>
Json list_of(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items)
    list.push_back(json_of(item));
  return list;
}

Json json_of(const LintedCertificate& linted) {
  return {{"place", linted.place},
          {"role", linted.role},
          {"certificate", json_of(linted.certificate)},
          {"violations", list_of(linted.violations)},
          {"warnings", list_of(linted.warnings)}};
}

}  // namespace

std::string encode(const CertificateReport& report) {
  return text({{"file", report.file},
               {"subject", report.subject},
               {"serial", report.serial},
               {"notAfter", report.not_after},
               {"keySpec", report.key_spec}});
}

std::string encode(const RequestFileReport& report) {
  return text({{"file", report.file},
               {"subject", report.subject},
               {"names", report.names},
               {"keySpec", report.key_spec},
               {"algorithm", report.algorithm},
               {"spkiSha256", report.spki_sha256}});
}

std::string chain_file_setting(const std::string& path) {
  return "\"chain_file\": " + Json(path).dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string encode(const ImportReport& report) {
  return text({{"key", report.key},
               {"chain", list_of(report.chain)},
               {"file", report.file},
               {"token", report.token},
               {"added", report.added},
               {"alreadyThere", report.already_there},
               {"setting", report.setting},
               {"warnings", report.warnings}});
}

std::string encode(const ExportReport& report) {
  return text({{"certificates", list_of(report.certificates)},
               {"pem", report.pem},
               {"file", report.file},
               {"trustStoreFile", report.trust_store_file},
               {"trustPolicyEntry", report.trust_policy_entry},
               {"alreadyThere", report.already_there}});
}

std::string encode(const LintReport& report) {
  return text({{"source", report.source},
               {"accepted", report.accepted},
               {"certificates", list_of(report.certificates)},
               {"violations", list_of(report.violations)},
               {"warnings", list_of(report.warnings)}});
}

std::string encode(const DeletedCertificatesReport& report) {
  return text({{"token", report.token}, {"certificates", list_of(report.certificates)}, {"objects", report.objects}});
}

}  // namespace schema
