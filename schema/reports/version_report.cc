#include "schema/version_report.h"

#include <nlohmann/json.hpp>

namespace schema {

std::string encode(const VersionReport& report) {
  using Json = nlohmann::ordered_json;
  Json libraries = Json::array();
  for (const LibraryVersion& library : report.libraries)
    libraries.push_back({{"name", library.name}, {"version", library.version}, {"kind", library.kind}});
  const Json json = {{"version", report.version},
                     {"commit", report.commit},
                     {"buildType", report.build_type},
                     {"compiler", report.compiler},
                     {"openssl", report.openssl},
                     {"libraries", libraries},
                     {"contractVersions", report.contract_versions},
                     {"capabilities", report.capabilities},
                     {"keySpecs", report.key_specs},
                     {"pinSources", report.pin_sources},
                     {"approvalBackends", report.approval_backends}};
  return json.dump(2) + "\n";
}

}  // namespace schema
