#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cert/commands.h"
#include "cert/key_chain.h"
#include "cert/marked_text.h"
#include "cert/summary.h"
#include "new_file.h"
#include "platform/file_checks.h"
#include "trust/arrange.h"
#include "trust/lint.h"
#include "trust/pem.h"
#include "trust/public_key.h"
#include "trust/request.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kIdSize = 20;  // bytes of an issuer's CKA_ID

trust::LooseCertificates read_all(const std::vector<std::string>& files) {
  trust::LooseCertificates loose;
  for (const std::string& file : files) {
    for (base::Bytes& one : read_certificate_file(file))
      loose.file.push_back(std::move(one));
    loose.file_name += (loose.file_name.empty() ? "" : " and ") + file;
  }
  return loose;
}

std::optional<pkcs11::PublicKey> key_of_request(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return trust::read_request(platform::read_bounded_file(path, trust::kMaxRequestSize, "request file"), path).key;
}

// The key on the token and what lies there, or the key of the request alone.
struct Target {
  std::unique_ptr<TokenAccess> access;
  std::unique_ptr<FoundKey> key;
  pkcs11::PublicKey public_key;
};

Target find_target(const CertImportFlags& flags) {
  Target target;
  const std::optional<pkcs11::PublicKey> requested = key_of_request(flags.csr);
  if (requested && !flags.to_token) {
    target.public_key = *requested;
    return target;
  }
  target.access = TokenAccess::by_key(flags.key, flags.module);
  target.key =
      std::make_unique<FoundKey>(*target.access, KeySearch{.only_looks = true, .issuers = true, .expected = requested});
  target.public_key = target.key->public_key();
  if (requested && !(*requested == target.public_key)) {
    throw Error(ErrorKind::invalid_chain, Phase::chain,
                "the request " + base::printable(flags.csr) + " is for another key than the token has",
                "SHA-256 of the public key in the request: " + trust::spki_sha256(*requested) +
                    "\nSHA-256 of the public key on the token:   " + trust::spki_sha256(target.public_key));
  }
  return target;
}

pkcs11::StoreOrder store_order(const FoundKey& key, const std::vector<base::Bytes>& chain) {
  pkcs11::StoreOrder order;
  order.token = key.token();
  const pkcs11::Uri& uri = key.inspection().key->uri;
  for (const base::Bytes& der : chain) {
    const trust::Certificate certificate = trust::Certificate::parse(der, "the certificate");
    pkcs11::CertificateToStore store{der, certificate.subject(), {}};
    if (order.certificates.empty()) {
      if (uri.object) store.label = *uri.object;
      if (uri.id) store.id = *uri.id;
    } else if (certificate.key().public_key) {
      store.id = trust::digest(pkcs11::Hash::sha_256, trust::spki_der(*certificate.key().public_key));
      store.id.resize(kIdSize);
    }
    order.certificates.push_back(std::move(store));
  }
  return order;
}

// What signing will make of the token as it is now.
void warn_of_token(const Target& target, const std::vector<base::Bytes>& chain, std::vector<std::string>& warnings) {
  const std::string& file = target.access->setup().chain_file;
  if (!file.empty()) {
    warnings.push_back("chain_file of the key is " + base::printable(file) +
                       ", and its certificates come before those on the token");
    return;
  }
  trust::ChainSources sources;
  sources.key = target.public_key;
  sources.token_leaves = target.key->inspection().key->certificates;
  sources.token_issuers = target.key->inspection().issuers;
  sources.token_leaves.push_back(chain.front());
  sources.token_issuers.insert(sources.token_issuers.end(), chain.begin() + 1, chain.end());
  try {
    trust::check_chain(sources, target.access->clock().wall());
  } catch (const Error& error) {
    warnings.push_back("a signature would not find its certificate on the token: " + error.message() +
                       "; delete the other with cert delete KEY --serial, or set chain_file");
  }
}

void warn_of_lint(const trust::ChainSources& sources, base::WallTime now, std::vector<std::string>& warnings) {
  const trust::Lint lint = trust::lint(sources, now);
  for (const trust::LintedCertificate& one : lint.certificates) {
    for (const trust::Violation& warning : one.warnings)
      warnings.push_back(warning.message);
  }
  for (const trust::Violation& warning : lint.warnings)
    warnings.push_back(warning.message);
}

void print(const schema::ImportReport& report) {
  std::cout << "imported the certificate of key " << report.key << ", leaf first:\n";
  for (const schema::CertificateSummary& one : report.chain)
    std::cout << "  " << text_of(one) << "\n";
  if (!report.token.empty()) {
    std::cout << "stored on token \"" << report.token << "\": " << report.added << " added, " << report.already_there
              << " there already\n";
  }
  if (!report.file.empty()) std::cout << "wrote " << report.file << "\n";
  if (!report.setting.empty()) {
    std::cout << "set in the configuration of the key:\n  " << report.setting << "\n";
  }
  for (const std::string& warning : report.warnings)
    std::cout << marked("note:", warning);
}

void require_a_place(const CertImportFlags& flags) {
  if (flags.to_token || !flags.to_file.empty()) return;
  throw Error(ErrorKind::invalid_settings, Phase::settings, "it is not said where the certificates shall go",
              "--to-token, --to-file FILE, or both");
}

}  // namespace

void import_certificates(const CertImportFlags& flags) {
  require_a_place(flags);
  trust::LooseCertificates loose = read_all(flags.chain);
  std::optional<NewFile> file;
  if (!flags.to_file.empty()) file.emplace(flags.to_file, flags.force, "chain file");
  const Target target = find_target(flags);
  if (target.key) loose.token = target.key->inspection().issuers;

  const base::WallTime now = base::system_clock().wall();
  trust::ChainSources sources;
  sources.file = trust::arrange_chain(loose, target.public_key, now);
  sources.file_name = loose.file_name;
  sources.key = target.public_key;
  const std::vector<base::Bytes> chain = trust::check_chain(sources, now).certificates();

  schema::ImportReport report;
  report.key = pkcs11::shown_quoted(flags.key);
  report.chain = summaries_of(chain);
  warn_of_lint(sources, now, report.warnings);
  if (flags.to_token) {
    const pkcs11::StoreOrder order = store_order(*target.key, chain);
    const pkcs11::StoreResult stored =
        target.key->change([&](const pkcs11::Login& login) { return target.access->service().store(order, login); });
    report.token = base::printable(target.key->inspection().token.label);
    report.added = stored.added;
    report.already_there = stored.already_there;
  }
  if (file) {
    std::string pem;
    for (const base::Bytes& one : chain)
      pem += trust::to_pem(one);
    file->write(pem);
    const std::string path = std::filesystem::absolute(flags.to_file).lexically_normal().string();
    report.file = base::printable(path, path.size() * 4);
    const bool set = target.access && target.access->setup().chain_file == path;
    if (!set) report.setting = schema::chain_file_setting(path);
  } else {
    warn_of_token(target, chain, report.warnings);
  }
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    print(report);
  }
}

}  // namespace operators
