#pragma once

#include <cstddef>
#include <string>
#include <vector>

// What the commands on certificates say with --json. Members are only ever added. Texts from certificates are made safe
// to show; times are RFC 3339; serial numbers and hashes are hexadecimal.
namespace schema {

// cert self-sign.
struct CertificateReport {
  std::string file, subject, serial, not_after, key_spec;
};

// cert csr.
struct RequestFileReport {
  std::string file, subject;
  std::vector<std::string> names;  // "dns:build.example.com"
  std::string key_spec, algorithm, spki_sha256;
};

// One certificate wherever it is reported.
struct CertificateSummary {
  std::string subject, issuer, serial, not_before, not_after, key, sha256;
};

// cert import.
struct ImportReport {
  std::string key;                           // as it was named
  std::vector<CertificateSummary> chain;     // leaf first
  std::string file;                          // absolute path; empty: none was written
  std::string token;                         // label; empty: nothing was to be stored
  std::size_t added = 0, already_there = 0;  // certificates on the token
  std::string setting;                       // what to put into the configuration; empty when nothing is to be changed
  std::vector<std::string> warnings;
};

// cert export.
struct ExportReport {
  std::vector<CertificateSummary> certificates;
  std::string pem;
  std::string file;                // path that was written
  std::string trust_store_file;    // likewise
  std::string trust_policy_entry;  // "ca:NAME"
  bool already_there = false;      // in the trust store, the same certificate
};

// cert lint.
struct LintFinding {
  std::string message, hint;
};
struct LintedCertificate {
  std::string place;  // "certificate 2 of chain.pem"
  std::string role;   // "leaf" or "ca"
  CertificateSummary certificate;
  std::vector<LintFinding> violations, warnings;
};
struct LintReport {
  std::string source;     // the file, or the key as it was named
  bool accepted = false;  // notation would take the chain for a signature now
  std::vector<LintedCertificate> certificates;
  std::vector<LintFinding> violations, warnings;  // of the chain as a whole, and of what cannot be read
};

// cert delete.
struct DeletedCertificatesReport {
  std::string token;
  std::vector<CertificateSummary> certificates;
  std::size_t objects = 0;  // that were destroyed
};

std::string encode(const CertificateReport& report);
std::string encode(const RequestFileReport& report);
std::string chain_file_setting(const std::string& path);  // for ImportReport::setting: "chain_file": "/c.pem"
std::string encode(const ImportReport& report);
std::string encode(const ExportReport& report);
std::string encode(const LintReport& report);
std::string encode(const DeletedCertificatesReport& report);

}  // namespace schema
