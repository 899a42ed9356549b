#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "base/error.h"
#include "platform/stdio.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr int kFirstPrivate = 10;  // away from the numbers that scripts and libraries assume
constexpr int kFirstUnused = 3;
constexpr std::chrono::milliseconds kLookAround{1000};  // between two looks at a parent that cannot be watched
constexpr short kGone = POLLERR | POLLHUP | POLLNVAL;

bool is_open(int descriptor) noexcept {
  return ::fcntl(descriptor, F_GETFD) != -1;
}

Error cannot_set_up(int error_number) {
  return {ErrorKind::internal, Phase::request, std::string("cannot set up standard output: ") + cause_of(error_number)};
}

Descriptor private_copy(int descriptor) {
  Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, kFirstPrivate));
  if (!copy && (errno == EINVAL || errno == EMFILE))  // the limit of descriptors is low
    copy = Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, kFirstUnused));
  if (!copy) throw cannot_set_up(errno);
  return copy;
}

// Readable once the process has ended (Linux 5.3); none where that is not to be had.
Descriptor watch_process(pid_t process) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
}

}  // namespace

void open_standard_descriptors() noexcept {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!is_open(descriptor)) (void)::open("/dev/null", O_RDWR);  // takes the lowest free number, which is this one
  }
}

AnswerChannel::AnswerChannel() : parent_(::getppid()) {
  const bool has_output = is_open(STDOUT_FILENO);
  const bool has_error = is_open(STDERR_FILENO);
  open_standard_descriptors();
  const Descriptor sink(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!sink) throw cannot_set_up(errno);
  Descriptor answer = has_output ? private_copy(STDOUT_FILENO) : Descriptor();
  Descriptor error = has_error ? private_copy(STDERR_FILENO) : Descriptor();
  if (::dup2(sink.number(), STDOUT_FILENO) < 0 || ::dup2(sink.number(), STDERR_FILENO) < 0) throw cannot_set_up(errno);
  answer_ = std::move(answer);
  error_ = std::move(error);
}

std::string AnswerChannel::read_request(std::size_t limit) {
  std::string request;
  std::array<char, 65536> part;
  while (true) {
    const long got = read_some(STDIN_FILENO, part.data(), part.size());
    if (got == 0) return request;
    if (got < 0)
      throw Error(ErrorKind::invalid_request, Phase::request,
                  std::string("cannot read standard input: ") + cause_of(static_cast<int>(-got)));
    request.append(part.data(), static_cast<std::size_t>(got));
    if (request.size() > limit)
      throw Error(ErrorKind::invalid_request, Phase::request,
                  "cannot read standard input: it is longer than " + std::to_string(limit) + " bytes",
                  "a request of notation is a few kilobytes; check what is piped into this command");
  }
}

void AnswerChannel::answer(std::string_view json) {
  if (!answer_) throw Error(ErrorKind::host_gone, Phase::none, "cannot write the answer: standard output is closed");
  const int error_number = write_everything(answer_.number(), json);
  if (error_number == 0) return;
  const bool gone = error_number == EPIPE || error_number == ECONNRESET;
  throw Error(gone ? ErrorKind::host_gone : ErrorKind::internal, Phase::none,
              std::string("cannot write the answer: ") + cause_of(error_number));
}

void AnswerChannel::fail(std::string_view json) noexcept {
  if (failed_ || !error_) return;
  failed_ = true;
  (void)write_everything(error_.number(), json);
}

void AnswerChannel::fail_without_channel(std::string_view json) noexcept {
  (void)write_everything(STDERR_FILENO, json);
}

bool AnswerChannel::reader_is_there() const noexcept {
  if (!answer_) return false;
  pollfd state{answer_.number(), 0, 0};
  if (::poll(&state, 1, 0) <= 0) return true;
  return (state.revents & kGone) == 0;
}

bool AnswerChannel::parent_is_there() const noexcept {
  return ::getppid() == parent_;
}

bool AnswerChannel::pause(std::chrono::milliseconds duration) const {
  using std::chrono::milliseconds;
  using std::chrono::steady_clock;
  if (!answer_) return false;
  if (!parent_watch_) parent_watch_ = watch_process(parent_);
  const auto end = steady_clock::now() + duration;
  while (parent_is_there()) {  // looked at after its descriptor was opened, which therefore is the parent's
    const milliseconds left = std::chrono::ceil<milliseconds>(end - steady_clock::now());
    const milliseconds slice = parent_watch_ ? milliseconds(INT_MAX) : kLookAround;
    std::array<pollfd, 2> watched{pollfd{answer_.number(), 0, 0}, pollfd{parent_watch_.number(), POLLIN, 0}};
    const int ready =
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp(left, milliseconds(0), slice).count()));
    if (ready > 0) return false;
    if (steady_clock::now() >= end) return parent_is_there();
  }
  return false;
}

void AnswerChannel::require_host() const {
  if (!reader_is_there())
    throw Error(ErrorKind::host_gone, Phase::sign, "nothing was signed: standard output has been closed meanwhile");
  if (!parent_is_there())
    throw Error(ErrorKind::host_gone, Phase::sign, "nothing was signed: the process that asked for it has ended");
}

void AnswerChannel::abandon() noexcept {
  answer_.close();
  error_.close();
  parent_watch_.close();
}

}  // namespace platform
