#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/error.h"

namespace base {

void fill_with_random(std::span<std::uint8_t> bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::getrandom(bytes.data() + done, bytes.size() - done, 0);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR) {
      throw Error(ErrorKind::internal, Phase::none, "the system gives no random bytes");
    }
  }
}

}  // namespace base
