#pragma once

#include <string>
#include <vector>

#include "schema/version_report.h"

namespace operators {

// What the build knew of itself.
struct BuildFacts {
  std::string version, commit, build_type, compiler;
  std::vector<schema::LibraryVersion> libraries;
};

BuildFacts build_facts();

}  // namespace operators
