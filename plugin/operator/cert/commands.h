#pragma once

#include <string>
#include <vector>

#include "signing/settings.h"

namespace operators {

struct CertSelfSignFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  std::string out;
  std::string subject = "CN=notation-pkcs11 test,O=test,ST=test,C=ZZ";
  int days = 365;
  bool force = false;
  bool json = false;
};

struct CertCsrFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  std::string out, subject;
  std::vector<std::string> names;  // "dns:build.example.com"
  bool pkcs1 = false, force = false, json = false;
};

struct CertImportFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  std::vector<std::string> chain;  // files
  std::string csr;                 // file; empty: none
  bool to_token = false;
  std::string to_file;  // empty: no
  bool force = false, json = false;
};

enum class ExportPart { root, leaf, chain };
struct CertExportFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  ExportPart part = ExportPart::root;
  std::string out;          // empty: standard output
  std::string trust_store;  // name; empty: none
  std::string type = "ca";
  bool force = false, json = false;
};

struct CertDeleteFlags {
  std::string key;  // configured name or URI
  signing::ModuleFlags module;
  std::vector<std::string> serials;  // hexadecimal; empty: all of the key
  bool yes = false, json = false;
};

struct CertLintFlags {
  std::string what;  // a file, or a key as above
  signing::ModuleFlags module;
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void self_sign_certificate(const CertSelfSignFlags& flags);
void make_certification_request(const CertCsrFlags& flags);
void import_certificates(const CertImportFlags& flags);
void export_certificates(const CertExportFlags& flags);
void delete_certificates(const CertDeleteFlags& flags);
void lint_certificates(const CertLintFlags& flags);

}  // namespace operators
