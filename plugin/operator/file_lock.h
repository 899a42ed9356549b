#pragma once

#include <string>

#include "platform/descriptor.h"

namespace operators {

// Keeps other runs of this program from changing the same file between its reading and its replacement: waits for a
// lock (flock) on the folder that the file is in, and holds it while it lives. A folder that cannot be locked, because
// it is not there or its file system has no locks, is no obstacle.
class FileLock {
 public:
  explicit FileLock(const std::string& path);

 private:
  platform::Descriptor folder_;
};

}  // namespace operators
