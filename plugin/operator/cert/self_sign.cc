#include <iostream>

#include "cert/commands.h"
#include "cert/making.h"
#include "cert/subject.h"
#include "new_file.h"
#include "schema/certificate_report.h"
#include "trust/certificate.h"

namespace operators {
namespace {

void print(const schema::CertificateReport& made) {
  std::cout << "wrote test certificate " << made.file << " (" << made.key_spec << ", until " << made.not_after << ")\n"
            << "  subject: " << made.subject << "\n"
            << "  self-signed: for tests; verifiers must trust this very certificate\n"
            << "  trust it: notation cert add --type ca --store NAME " << made.file << "\n";
}

}  // namespace

void self_sign_certificate(const CertSelfSignFlags& flags) {
  const trust::Subject subject = parse_subject(flags.subject);
  NewFile file(flags.out, flags.force, "certificate file");
  const auto access = TokenAccess::by_key(flags.key, flags.module);
  FoundKey key(*access);
  const pkcs11::KeySpec spec = key.spec();
  const base::Bytes der = make_self_signed(key, subject, flags.days);
  const trust::Certificate certificate = trust::Certificate::parse(der, flags.out);
  file.write(trust::to_pem(der));
  const schema::CertificateReport made{base::printable(flags.out), certificate.subject(),
                                       base::to_hex(certificate.serial()), trust::format_time(certificate.not_after()),
                                       std::string(pkcs11::traits(spec).name)};
  if (flags.json) {
    std::cout << schema::encode(made);
  } else {
    print(made);
  }
}

}  // namespace operators
