#include <iostream>

#include "cert/commands.h"
#include "cert/making.h"
#include "cert/names.h"
#include "cert/subject.h"
#include "new_file.h"
#include "notation/program.h"
#include "schema/certificate_report.h"
#include "trust/public_key.h"

namespace operators {
namespace {

trust::RequestContent content_of(const CertCsrFlags& flags) {
  trust::RequestContent content;
  content.subject = parse_subject(flags.subject);
  content.pkcs1 = flags.pkcs1;
  for (const std::string& name : flags.names)
    content.names.push_back(parse_name(name));
  trust::check_request(content);
  return content;
}

// The words that bring the certificate in, with what was given here.
std::string import_command(const CertCsrFlags& flags) {
  std::vector<std::string> words{"notation-pkcs11", "cert", "import", flags.key};
  const auto add = [&words](const char* flag, const std::optional<std::string>& value) {
    if (value) words.insert(words.end(), {flag, *value});
  };
  add("--module", flags.module.module);
  add("--pin-source", flags.module.pin_source);
  return shell_line(words);
}

void print(const schema::RequestFileReport& made, const CertCsrFlags& flags) {
  std::cout << "wrote request " << made.file << " (" << made.key_spec << ")\n"
            << "  subject: " << made.subject << "\n"
            << "  signed: " << made.algorithm << "\n"
            << "  SHA-256 of the public key: " << made.spki_sha256 << "\n"
            << "  asks for: key usage digitalSignature, extended key usage codeSigning\n";
  for (const std::string& name : made.names)
    std::cout << "            name " << name << "\n";
  std::cout << "  send it to the CA; when the certificate is there:\n"
            << "  " << import_command(flags) << " --chain FILE \\\n"
            << "      --csr " << shell_word(flags.out) << " --to-file CHAIN\n";
}

}  // namespace

void make_certification_request(const CertCsrFlags& flags) {
  const trust::RequestContent content = content_of(flags);
  NewFile file(flags.out, flags.force, "request file");
  const auto access = TokenAccess::by_key(flags.key, flags.module);
  FoundKey key(*access);
  const std::string pem = trust::request_to_pem(make_request(key, content));
  const trust::ReadRequest request = trust::read_request(pem, flags.out);
  file.write(pem);
  schema::RequestFileReport made{base::printable(flags.out),
                                 request.subject,
                                 {},
                                 std::string(pkcs11::traits(key.spec()).name),
                                 request.algorithm,
                                 trust::spki_sha256(request.key)};
  for (const std::string& name : flags.names)
    made.names.push_back(base::printable(name));
  if (flags.json) {
    std::cout << schema::encode(made);
  } else {
    print(made, flags);
  }
}

}  // namespace operators
