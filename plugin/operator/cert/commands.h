#pragma once

#include <string>

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

// Each writes its answer to standard output and throws base::Error otherwise.
void self_sign_certificate(const CertSelfSignFlags& flags);

}  // namespace operators
