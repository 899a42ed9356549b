#include "version.h"

#include <openssl/crypto.h>

#include <iostream>

#include "pkcs11/key_spec.h"
#include "schema/report.h"

namespace operators {

void show_version(bool json) {
  schema::VersionReport report;
  report.version = NOTATION_PKCS11_VERSION;
  report.compiler = __VERSION__;
  report.openssl = OpenSSL_version(OPENSSL_VERSION_STRING);
  report.contract_versions = {"1.0"};
  report.capabilities = {"SIGNATURE_GENERATOR.RAW"};
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs())
    report.key_specs.emplace_back(spec.name);
  report.pin_sources = {"env", "file", "prompt"};
  if (json) {
    std::cout << schema::encode(report);
    return;
  }
  std::cout << "notation-pkcs11 " << report.version << "\n"
            << "  plugin contract 1.0, SIGNATURE_GENERATOR.RAW\n"
            << "  OpenSSL " << report.openssl << ", compiler " << report.compiler << "\n"
            << "  keys:";
  for (const std::string& spec : report.key_specs)
    std::cout << " " << spec;
  std::cout << "\n";
}

}  // namespace operators
