#pragma once

#include <fcntl.h>
#include <sys/resource.h>

#include <cstddef>
#include <stdexcept>
#include <vector>

#include "platform/descriptor.h"

// Lowers the limit until that many descriptors can still be opened.
inline void limit_free_descriptors(std::size_t count) {
  std::vector<platform::Descriptor> free(count + 1);
  for (platform::Descriptor& descriptor : free)
    descriptor = platform::Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const auto limit = static_cast<rlim_t>(free.back().number());
  const rlimit low{limit, limit};
  if (::setrlimit(RLIMIT_NOFILE, &low) != 0) throw std::runtime_error("no limit");
}
