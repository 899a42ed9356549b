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

struct CertLintFlags {
  std::string what;  // a file, or a key as above
  signing::ModuleFlags module;
  bool json = false;
};

// Each writes its answer to standard output and throws base::Error otherwise.
void self_sign_certificate(const CertSelfSignFlags& flags);
void make_certification_request(const CertCsrFlags& flags);
void lint_certificates(const CertLintFlags& flags);

}  // namespace operators
