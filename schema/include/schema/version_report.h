#pragma once

#include <string>
#include <vector>

// What version says with --json. Members are only ever added.
namespace schema {

struct LibraryVersion {
  std::string name, version;
  std::string kind;  // "linked" (loaded at every start), "built in", "opened when needed"
};

struct VersionReport {
  std::string version;
  std::string commit;      // as git describes it, or "unknown"
  std::string build_type;  // of CMake, or "none"
  std::string compiler, openssl;
  std::vector<LibraryVersion> libraries;
  std::vector<std::string> contract_versions, capabilities, key_specs, pin_sources, approval_backends;
};

std::string encode(const VersionReport& report);

}  // namespace schema
