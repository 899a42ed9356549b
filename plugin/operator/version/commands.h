#pragma once

namespace operators {

struct VersionFlags {
  bool json = false;
};

// Writes to standard output.
void show_version(const VersionFlags& flags);

}  // namespace operators
