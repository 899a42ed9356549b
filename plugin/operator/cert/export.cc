#include <iostream>

#include "cert/commands.h"
#include "cert/key_chain.h"
#include "cert/summary.h"
#include "cert/trust_store.h"
#include "new_file.h"
#include "trust/pem.h"

namespace operators {
namespace {

std::vector<base::Bytes> selected(const std::vector<base::Bytes>& chain, ExportPart part) {
  switch (part) {
    case ExportPart::root:
      return {chain.back()};
    case ExportPart::leaf:
      return {chain.front()};
    case ExportPart::chain:
      return chain;
  }
  return {};
}

void print(const schema::ExportReport& report) {
  for (const schema::CertificateSummary& one : report.certificates)
    std::cout << text_of(one) << "\n  SHA-256 " << one.sha256 << "\n";
  if (!report.file.empty()) std::cout << "  wrote " << report.file << "\n";
  if (report.trust_store_file.empty()) return;
  std::cout << (report.already_there ? "  there already: " : "  wrote ") << report.trust_store_file << "\n"
            << "  in the trust policy it is \"" << report.trust_policy_entry << "\"\n";
}

}  // namespace

void export_certificates(const CertExportFlags& flags) {
  std::optional<NewFile> file;
  if (!flags.out.empty()) file.emplace(flags.out, flags.force, "certificate file");
  const KeyChain found = find_key_chain(flags.key, flags.module);
  const trust::CheckedChain chain = trust::check_chain(found.sources, found.access->clock().wall());
  const std::vector<base::Bytes> certificates = selected(chain.certificates(), flags.part);

  schema::ExportReport report;
  report.certificates = summaries_of(certificates);
  for (const base::Bytes& one : certificates)
    report.pem += trust::to_pem(one);
  if (file) {
    file->write(report.pem);
    report.file = base::printable(flags.out);
  }
  if (!flags.trust_store.empty()) {
    const StoredRoot stored = put_into_trust_store(certificates.front(), flags.type, flags.trust_store);
    report.trust_store_file = base::printable(stored.file, stored.file.size() * 4);
    report.trust_policy_entry = flags.type + ":" + flags.trust_store;
    report.already_there = !stored.added;
  }
  if (flags.json) {
    std::cout << schema::encode(report);
  } else if (flags.out.empty() && flags.trust_store.empty()) {
    std::cout << report.pem;
  } else {
    print(report);
  }
}

}  // namespace operators
