#include "trust/lint.h"

#include <filesystem>
#include <iostream>

#include "cert/commands.h"
#include "cert/key_chain.h"
#include "cert/marked_text.h"
#include "cert/summary.h"

namespace operators {
namespace {

std::vector<schema::LintFinding> findings_of(const std::vector<trust::Violation>& violations) {
  std::vector<schema::LintFinding> findings;
  for (const trust::Violation& violation : violations)
    findings.push_back({violation.message, violation.hint});
  return findings;
}

schema::LintReport report_of(const std::string& source, const trust::Lint& lint) {
  schema::LintReport report;
  report.source = source;
  report.accepted = lint.accepted;
  for (const trust::LintedCertificate& one : lint.certificates) {
    report.certificates.push_back({one.certificate.place(), one.as_ca ? "ca" : "leaf", summary_of(one.certificate),
                                   findings_of(one.violations), findings_of(one.warnings)});
  }
  report.violations = findings_of(lint.violations);
  report.warnings = findings_of(lint.warnings);
  return report;
}

std::size_t count_violations(const schema::LintReport& report) {
  std::size_t count = report.violations.size();
  for (const schema::LintedCertificate& one : report.certificates)
    count += one.violations.size();
  return count;
}

void print_findings(std::string_view mark, const std::vector<schema::LintFinding>& findings) {
  for (const schema::LintFinding& finding : findings)
    std::cout << marked(mark, finding.message) << (finding.hint.empty() ? "" : marked("fix:  ", finding.hint));
}

void print(const schema::LintReport& report) {
  for (const schema::LintedCertificate& one : report.certificates) {
    std::cout << one.role << " " << text_of(one.certificate) << "\n";
    print_findings("wrong:", one.violations);
    print_findings("note: ", one.warnings);
  }
  if (!report.violations.empty() || !report.warnings.empty()) std::cout << "chain\n";
  print_findings("wrong:", report.violations);
  print_findings("note: ", report.warnings);
  if (report.accepted) {
    std::cout << "notation accepts this chain\n";
  } else if (count_violations(report) == 0) {
    std::cout << "CA certificates alone: only each by itself was looked at\n";
  }
}

bool is_file(const std::string& path) {
  std::error_code none;
  return std::filesystem::is_regular_file(path, none);
}

// A word may be meant for either: where it is neither, both are said.
[[noreturn]] void refuse_neither(const std::string& word, const base::Error& no_key) {
  std::error_code none;
  const auto status = std::filesystem::status(word, none);
  const char* what = std::filesystem::is_directory(status) ? ": it is a folder, not a file of certificates"
                     : std::filesystem::exists(status)     ? ": it is no regular file"
                                                           : ": there is no such file";
  throw base::Error(no_key.kind(), no_key.phase(),
                    "cannot check " + base::quoted(word) + what + ", and no key of that name is configured",
                    no_key.hint());
}

trust::Lint lint_key(const CertLintFlags& flags) {
  try {
    return trust::lint(find_key_chain(flags.what, flags.module).sources, base::system_clock().wall());
  } catch (const base::Error& error) {
    const bool unknown = error.kind() == base::ErrorKind::key_not_found && error.phase() == base::Phase::settings;
    if (unknown && !pkcs11::looks_like_uri(flags.what)) refuse_neither(flags.what, error);
    throw;
  }
}

// What cannot be read at all is a violation like another.
trust::Lint lint_file(const std::string& path) {
  try {
    trust::ChainSources sources;
    sources.file = read_certificate_file(path);
    sources.file_name = path;
    return trust::lint(sources, base::system_clock().wall());
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::invalid_chain) throw;
    trust::Lint unreadable;
    unreadable.violations.push_back({error.message(), error.hint()});
    return unreadable;
  }
}

}  // namespace

void lint_certificates(const CertLintFlags& flags) {
  const std::string shown = base::printable(flags.what.substr(0, flags.what.find('?')));
  const schema::LintReport report = report_of(shown, is_file(flags.what) ? lint_file(flags.what) : lint_key(flags));
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    print(report);
  }
  const std::size_t count = count_violations(report);
  if (count == 0) return;
  throw base::Error(base::ErrorKind::invalid_chain, base::Phase::chain,
                    "the certificates of " + shown + " break the Notary profile: " +
                        (count == 1 ? "1 violation" : std::to_string(count) + " violations"));
}

}  // namespace operators
