#include "worker/worker_process.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio_ext.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/secret.h"

namespace pkcs11 {
namespace {

constexpr int kStandardDescriptors = 3;
constexpr int kWrongCommandLine = 2;
constexpr std::chrono::milliseconds kWaitStep{5};  // where the kernel cannot tell a process's end through a descriptor

[[noreturn]] void fail(const char* what) {
  const int cause = errno;
  throw base::Error(base::ErrorKind::internal, base::Phase::none,
                    std::string("starting the process for the module failed: ") + what + ": " + std::strerror(cause));
}

// A descriptor that closes itself and is never 0, 1 or 2, even where this process was started without them.
class Descriptor {
 public:
  Descriptor() = default;
  Descriptor(int number, const char* what) : number_(number) {
    if (number < 0) fail(what);
    if (number >= kStandardDescriptors) return;
    number_ = fcntl(number, F_DUPFD_CLOEXEC, kStandardDescriptors);
    close(number);
    if (number_ < 0) fail(what);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

void make_nonblocking(const Descriptor& descriptor) {
  if (fcntl(descriptor.get(), F_SETFL, fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK) != 0) fail("fcntl");
}

struct WorkerEnds {
  Descriptor socket, output, page;
};

// Sealed, so that the worker cannot make the mapping end under the parent's hands.
ProgressPage* make_page(Descriptor& descriptor) {
  descriptor = Descriptor(memfd_create("progress", MFD_CLOEXEC | MFD_ALLOW_SEALING), "memfd_create");
  if (ftruncate(descriptor.get(), sizeof(ProgressPage)) != 0) fail("ftruncate");
  if (fcntl(descriptor.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) fail("fcntl");
  void* memory = mmap(nullptr, sizeof(ProgressPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor.get(), 0);
  if (memory == MAP_FAILED) fail("mmap");
  return new (memory) ProgressPage();
}

std::unique_ptr<WorkerLink> make_link(WorkerEnds& ends) {
  auto link = std::make_unique<WorkerLink>();
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail("socketpair");
  Descriptor ours(pair[0], "socketpair");
  ends.socket = Descriptor(pair[1], "socketpair");
  if (pipe2(pair, O_CLOEXEC) != 0) fail("pipe");
  Descriptor output(pair[0], "pipe");
  ends.output = Descriptor(pair[1], "pipe");
  make_nonblocking(ours);
  make_nonblocking(output);
  link->page = make_page(ends.page);
  link->page->set_parent(getpid());
  link->socket = ours.release();
  link->output = output.release();
  return link;
}

void close_from(unsigned first) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
#endif
  constexpr rlim_t kMany = 65'536;
  rlimit limit{};
  const rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < kMany ? limit.rlim_cur : kMany;
  for (rlim_t descriptor = first; descriptor < end; ++descriptor)
    close(static_cast<int>(descriptor));
}

int out_of_the_way(int descriptor) {
  return descriptor > kWorkerPage ? descriptor : fcntl(descriptor, F_DUPFD, kWorkerPage + 1);
}

// Everything the child does before it may use more than async-signal-safe functions (the parent may have threads).
void take_places(const WorkerEnds& ends) {
  const int socket = out_of_the_way(ends.socket.get());
  const int output = out_of_the_way(ends.output.get());
  const int page = out_of_the_way(ends.page.get());
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  const int input = nothing < 0 ? output : out_of_the_way(nothing);
  if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
      dup2(socket, kWorkerSocket) < 0 || dup2(page, kWorkerPage) < 0) {
    _exit(kNoDescriptors);
  }
  close_from(kWorkerPage + 1);
}

[[noreturn]] void execute_anew() {
  char program[] = "notation-pkcs11";
  char word[] = "worker";
  static_assert(kWorkerWord == "worker");
  char* const arguments[] = {program, word, nullptr};
  execve("/proc/self/exe", arguments, environ);
  static constexpr char kComplaint[] = "this program cannot be executed anew through /proc/self/exe\n";
  (void)!write(STDERR_FILENO, kComplaint, sizeof kComplaint - 1);
  _exit(kCannotExecute);
}

int open_process(pid_t process) {
#ifdef SYS_pidfd_open
  return static_cast<int>(syscall(SYS_pidfd_open, process, 0U));
#else
  return -1;
#endif
}

template <typename Continue>
std::unique_ptr<WorkerLink> start(Continue&& continue_in_child) {
  WorkerEnds ends;
  std::unique_ptr<WorkerLink> link = make_link(ends);
  const pid_t process = fork();
  if (process < 0) fail("fork");
  if (process == 0) {
    take_places(ends);
    continue_in_child();
    _exit(kCannotExecute);
  }
  link->process = process;
  link->process_descriptor = open_process(process);
  return link;
}

bool is_of_type(int descriptor, mode_t type) {
  struct stat status{};
  return fstat(descriptor, &status) == 0 && (status.st_mode & S_IFMT) == type;
}

}  // namespace

WorkerLink::~WorkerLink() {
  if (process > 0) kill_and_reap();
  for (const int descriptor : {socket, output, process_descriptor}) {
    if (descriptor >= 0) close(descriptor);
  }
  if (page != nullptr) munmap(page, sizeof(ProgressPage));
}

void WorkerLink::drain(OutputRing& ring) const {
  constexpr int kMostReads = 16;
  char text[16'384];
  for (int reads = 0; reads < kMostReads; ++reads) {
    const ssize_t size = read(output, text, sizeof text);
    if (size <= 0) return;
    ring.append({text, static_cast<std::size_t>(size)});
    if (static_cast<std::size_t>(size) < sizeof text) return;
  }
}

bool WorkerLink::try_reap(int flags) {
  if (status_) return true;
  int status = 0;
  pid_t ended = 0;
  do {
    ended = waitpid(process, &status, flags);
  } while (ended < 0 && errno == EINTR);
  if (ended == 0) return false;
  status_ = ended < 0 ? 0 : status;  // somebody else has reaped it
  return true;
}

std::optional<int> WorkerLink::wait(std::chrono::milliseconds longest, OutputRing& ring) {
  const auto end = std::chrono::steady_clock::now() + longest;
  while (true) {
    drain(ring);
    if (try_reap(WNOHANG)) return status_;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd watched[] = {{process_descriptor, POLLIN, 0}, {output, POLLIN, 0}};
    poll(watched, std::size(watched),
         static_cast<int>((process_descriptor < 0 ? std::min(left, kWaitStep) : left).count()));
    // A pipe without writers is always ready; the process is about to end or has closed its output.
    if ((watched[1].revents & POLLIN) == 0 && (watched[1].revents & POLLHUP) != 0) {
      poll(watched, 1, static_cast<int>(std::min(left, kWaitStep).count()));
    }
  }
}

int WorkerLink::kill_and_reap() {
  if (!status_) {
    kill(process, SIGKILL);
    try_reap(0);
  }
  return *status_;
}

void prepare_worker() {
  // The parent decides about the terminal's signals; a worker ends because its parent did.
  for (const int signal : {SIGINT, SIGHUP, SIGQUIT, SIGPIPE})
    std::signal(signal, SIG_IGN);
  for (const int signal : {SIGTERM, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2})
    std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  prctl(PR_SET_DUMPABLE, 0);
  prctl(PR_SET_NAME, "pkcs11-worker");
  prctl(PR_SET_PDEATHSIG, SIGCONT);  // a stopped worker must see that its parent has gone
  __fpurge(stdout);                  // what the parent has not written yet is not the module's output
  setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
}

WorkerProcess::WorkerProcess() = default;
WorkerProcess::WorkerProcess(std::unique_ptr<WorkerLink> link) : link_(std::move(link)) {}
WorkerProcess::WorkerProcess(WorkerProcess&& other) noexcept = default;
WorkerProcess& WorkerProcess::operator=(WorkerProcess&& other) noexcept = default;
WorkerProcess::~WorkerProcess() = default;

pid_t WorkerProcess::id() const noexcept {
  return link_ ? link_->process : 0;
}

WorkerProcess WorkerProcess::fork_first() {
  std::signal(SIGCHLD, SIG_DFL);
  return WorkerProcess(start([] {
    prepare_worker();
    run_worker();
  }));
}

WorkerProcess WorkerProcess::start_anew() {
  return WorkerProcess(start(execute_anew));
}

bool is_worker_command(int argc, const char* const* argv) {
  return argc == 2 && argv[1] == kWorkerWord;
}

int run_worker_command() {
  if (!is_of_type(kWorkerSocket, S_IFSOCK) || !is_of_type(kWorkerPage, S_IFREG)) {
    std::fputs("notation-pkcs11: the word worker is for this program's own use\n", stderr);
    return kWrongCommandLine;
  }
  prepare_worker();
  run_worker();
}

void forget_environment_secret(const char* name) {
  const std::size_t length = std::strlen(name);
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, name, length) != 0 || (*entry)[length] != '=') continue;
    char* value = *entry + length + 1;
    base::wipe(std::span<char>(value, std::strlen(value)));
  }
}

}  // namespace pkcs11
