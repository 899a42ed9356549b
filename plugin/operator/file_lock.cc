#include "file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace operators {

FileLock::FileLock(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  folder_ = platform::Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (folder_ && ::flock(folder_.number(), LOCK_EX) != 0 && errno == EINTR) {
  }
}

}  // namespace operators
