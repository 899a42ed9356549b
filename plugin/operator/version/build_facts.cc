#include "version/build_facts.h"

namespace operators {

BuildFacts build_facts() {
#ifdef __clang__
  const std::string compiler = "Clang " __clang_version__;
#else
  const std::string compiler = "GCC " __VERSION__;
#endif
  return {NOTATION_PKCS11_VERSION,
          FACT_COMMIT,
          FACT_BUILD_TYPE,
          compiler,
          {{"OpenSSL", FACT_OPENSSL, "linked"},
           {"p11-kit", FACT_P11_KIT, "linked"},
           {"nlohmann-json", FACT_JSON, "built in"},
           {"spdlog", FACT_SPDLOG, "built in"},
           {"CLI11", FACT_CLI11, "built in"},
           {"libcurl", FACT_CURL, "opened when needed"}}};
}

}  // namespace operators
