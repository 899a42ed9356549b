#include <openssl/crypto.h>

#include <iostream>

#include "approval/registry.h"
#include "pkcs11/key_spec.h"
#include "version/build_facts.h"
#include "version/commands.h"

namespace operators {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : between) + word;
  return text;
}

schema::VersionReport report_of(BuildFacts facts) {
  schema::VersionReport report;
  report.version = std::move(facts.version);
  report.commit = std::move(facts.commit);
  report.build_type = std::move(facts.build_type);
  report.compiler = std::move(facts.compiler);
  report.openssl = OpenSSL_version(OPENSSL_VERSION_STRING);
  report.libraries = std::move(facts.libraries);
  report.contract_versions = {"1.0"};
  report.capabilities = {"SIGNATURE_GENERATOR.RAW"};
  for (const pkcs11::KeySpecTraits& spec : pkcs11::all_key_specs())
    report.key_specs.emplace_back(spec.name);
  report.pin_sources = {"env", "file", "credential", "command", "prompt"};
  report.approval_backends = approval::backend_names();
  return report;
}

void print(const schema::VersionReport& report) {
  std::cout << "notation-pkcs11 " << report.version << "\n"
            << "  commit " << report.commit << ", build type " << report.build_type << "\n"
            << "  compiler " << report.compiler << "\n"
            << "  plugin contract " << joined(report.contract_versions, ", ") << ": "
            << joined(report.capabilities, ", ") << "\n"
            << "  OpenSSL in use " << report.openssl << "\n"
            << "  built with\n";
  for (const schema::LibraryVersion& library : report.libraries)
    std::cout << "    " << library.name << " " << library.version << " (" << library.kind << ")\n";
  std::cout << "  keys: " << joined(report.key_specs, ", ") << "\n"
            << "  PIN sources: " << joined(report.pin_sources, ", ") << "\n"
            << "  approvals: " << joined(report.approval_backends, ", ") << "\n";
}

}  // namespace

void show_version(const VersionFlags& flags) {
  const schema::VersionReport report = report_of(build_facts());
  if (flags.json) {
    std::cout << schema::encode(report);
  } else {
    print(report);
  }
}

}  // namespace operators
