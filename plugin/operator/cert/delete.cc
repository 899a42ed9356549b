#include <algorithm>
#include <iostream>

#include "cert/commands.h"
#include "cert/summary.h"
#include "confirm.h"
#include "found_key.h"
#include "trust/certificate.h"

namespace operators {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

// The key's own certificates; with serial numbers, those with its label or id and of the issuers beside them that have
// one.
std::vector<base::Bytes> selected(const pkcs11::Inspection& inspection, const std::vector<std::string>& serials) {
  if (serials.empty()) return own_certificates(*inspection.key);
  std::vector<base::Bytes> certificates = inspection.key->certificates;
  certificates.insert(certificates.end(), inspection.issuers.begin(), inspection.issuers.end());
  std::vector<base::Bytes> named;
  for (const std::string& serial : serials) {
    std::string wanted = serial;
    std::ranges::transform(wanted, wanted.begin(),
                           [](char c) { return c >= 'A' && c <= 'F' ? char(c - 'A' + 'a') : c; });
    const std::size_t before = named.size();
    for (const base::Bytes& der : certificates) {
      const bool known = std::ranges::find(named, der) != named.end();
      try {
        const auto certificate = trust::Certificate::parse(der, "the certificate");
        if (!known && base::to_hex(certificate.serial()) == wanted) named.push_back(der);
      } catch (const Error&) {
        continue;  // it has no serial number that anybody could name
      }
    }
    if (named.size() == before) {
      throw Error(ErrorKind::key_not_found, Phase::find,
                  "no certificate on token " + base::quoted(inspection.token.label) + " has the serial number " +
                      base::printable(serial),
                  "notation-pkcs11 cert lint KEY --json shows the serial numbers of the chain");
    }
  }
  return named;
}

std::string listing(const std::vector<schema::CertificateSummary>& certificates) {
  std::string text;
  for (const schema::CertificateSummary& one : certificates) {
    text += "  " + text_of(one) + "\n    serial " + one.serial + "\n    issued by " + one.issuer + "\n";
  }
  return text;
}

}  // namespace

void delete_certificates(const CertDeleteFlags& flags) {
  const auto access = TokenAccess::by_key(flags.key, flags.module);
  FoundKey key(*access, {.only_looks = true, .issuers = true, .expected = {}});
  const std::vector<base::Bytes> certificates = selected(key.inspection(), flags.serials);
  const std::string token = base::quoted(key.inspection().token.label);
  if (certificates.empty()) {
    throw Error(ErrorKind::key_not_found, Phase::find,
                "there is no certificate for key " + base::quoted(key.name()) + " on token " + token,
                key.inspection().key->certificates.empty()
                    ? ""
                    : "one there has its label or id, but holds another public key; --serial names it");
  }
  schema::DeletedCertificatesReport report{base::printable(key.inspection().token.label), summaries_of(certificates),
                                           0};
  const std::string deed = std::to_string(certificates.size()) +
                           (certificates.size() == 1 ? " certificate" : " certificates") + " of key " +
                           base::quoted(key.name()) + " on token " + token;
  const std::string text = "certificates on token " + token + ":\n" + listing(report.certificates);
  if (!flags.yes && !confirm("to delete " + deed, text, "Delete them?")) {
    throw Error(ErrorKind::cancelled, Phase::approval, "nothing was deleted: the answer was not yes");
  }
  report.objects = key.change([&](const pkcs11::Login& login) {
    return access->service().remove_certificates(key.token(), certificates, login);
  });
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    std::cout << "deleted " << report.objects << (report.objects == 1 ? " certificate" : " certificates")
              << " from token " << token << "\n"
              << listing(report.certificates);
  }
}

}  // namespace operators
