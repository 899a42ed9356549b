#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/descriptor.h"

namespace platform {
namespace {

void wait_for(int descriptor, short events) noexcept {
  pollfd wanted{descriptor, events, 0};
  (void)::poll(&wanted, 1, -1);
}

bool would_block(int error_number) noexcept {
  return error_number == EAGAIN || error_number == EWOULDBLOCK;
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void Descriptor::close() noexcept {
  if (number_ >= 0) (void)::close(std::exchange(number_, -1));
}

int write_everything(int descriptor, std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written < 0 && would_block(errno)) {
      wait_for(descriptor, POLLOUT);
    } else if (written == 0 || errno != EINTR) {
      return written == 0 ? EIO : errno;
    }
  }
  return 0;
}

long read_some(int descriptor, char* into, std::size_t size) noexcept {
  while (true) {
    const ssize_t got = ::read(descriptor, into, size);
    if (got >= 0) return got;
    if (would_block(errno)) {
      wait_for(descriptor, POLLIN);
    } else if (errno != EINTR) {
      return -errno;
    }
  }
}

const char* cause_of(int error_number) noexcept {
  const char* text = ::strerrordesc_np(error_number);
  return text != nullptr ? text : "unknown error";
}

}  // namespace platform
