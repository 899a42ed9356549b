#include "spawn.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/bytes.h"
#include "base/error.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr int kFirstFree = STDERR_FILENO + 1;

Error no_means(const std::string& file, int error_number) {
  return {ErrorKind::service_failed, Phase::approval,
          "cannot run program " + base::printable(file) + ": " + cause_of(error_number)};
}

Error not_runnable(const std::string& file, int error_number) {
  return {ErrorKind::invalid_settings, Phase::approval,
          "cannot run program " + base::printable(file) + ": " + cause_of(error_number),
          error_number == ENOEXEC ? "the first line of a script names what runs it, for example #!/bin/sh" : ""};
}

struct Pipe {
  Descriptor reader, writer;
};

// Both ends close at exec and are none of 0, 1 and 2, which the program's own descriptors will take.
Pipe make_pipe(const std::string& file) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw no_means(file, errno);
  Pipe made{Descriptor(ends[0]), Descriptor(ends[1])};
  for (Descriptor* end : {&made.reader, &made.writer}) {
    if (end->number() >= kFirstFree) continue;
    *end = Descriptor(::fcntl(end->number(), F_DUPFD_CLOEXEC, kFirstFree));
    if (!*end) throw no_means(file, errno);
  }
  return made;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts)
    pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// What the child needs, made before the fork: after it, only async-signal-safe calls are allowed.
struct Plan {
  const char* file;
  char* const* command;
  char* const* environment;
  int input, output, errors, failure;
  unsigned alarm;
  int highest_descriptor;
};

void close_from(int first, int highest) noexcept {
#ifdef SYS_close_range
  if (::syscall(SYS_close_range, static_cast<unsigned>(first), ~0U, 0U) == 0) return;
#endif
  for (int descriptor = first; descriptor <= highest; ++descriptor)
    (void)::close(descriptor);
}

void reset_signals() noexcept {
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal)
    (void)::sigaction(signal, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  (void)::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void become(const Plan& plan) noexcept {
  (void)::setsid();
  bool is_set = ::dup2(plan.input, STDIN_FILENO) >= 0 && ::dup2(plan.output, STDOUT_FILENO) >= 0 &&
                ::dup2(plan.errors, STDERR_FILENO) >= 0;
  if (plan.failure != kFirstFree) is_set = is_set && ::dup3(plan.failure, kFirstFree, O_CLOEXEC) >= 0;
  close_from(kFirstFree + 1, plan.highest_descriptor);
  reset_signals();
  (void)::alarm(plan.alarm);
  if (is_set) (void)::execve(plan.file, plan.command, plan.environment);
  const int cause = errno;
  (void)!::write(kFirstFree, &cause, sizeof cause);
  ::_exit(127);
}

// The child starts with every signal blocked, so that no handler of ours runs in it; its end can be waited for also
// where this process was started with SIGCHLD ignored.
class SignalsOfChild {
 public:
  SignalsOfChild() {
    sigset_t all;
    sigfillset(&all);
    (void)::pthread_sigmask(SIG_BLOCK, &all, &before_);
    struct sigaction now{};
    if (::sigaction(SIGCHLD, nullptr, &now) == 0 && now.sa_handler == SIG_IGN) (void)std::signal(SIGCHLD, SIG_DFL);
  }
  ~SignalsOfChild() { (void)::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsOfChild(const SignalsOfChild&) = delete;
  SignalsOfChild& operator=(const SignalsOfChild&) = delete;

 private:
  sigset_t before_;
};

int highest_descriptor() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1023;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65'536)) - 1;
}

}  // namespace

RunningProgram::RunningProgram(const std::string& file, const std::vector<std::string>& command,
                               const std::map<std::string, std::string>& environment, std::chrono::seconds alarm) {
  std::vector<std::string> words = command;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment)
    variables.emplace_back(name).append("=").append(value);
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(variables);
  Pipe to = make_pipe(file);
  Pipe from = make_pipe(file);
  Pipe errors_from = make_pipe(file);
  Pipe failure = make_pipe(file);
  const Plan plan{file.c_str(),
                  argv.data(),
                  envp.data(),
                  to.reader.number(),
                  from.writer.number(),
                  errors_from.writer.number(),
                  failure.writer.number(),
                  static_cast<unsigned>(alarm.count()),
                  highest_descriptor()};
  {
    const SignalsOfChild signals;
    process_ = ::fork();
    if (process_ == 0) become(plan);
  }
  if (process_ < 0) throw no_means(file, errno);
  end_watch_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, process_, 0)));
  failure.writer.close();
  int cause = 0;
  if (read_some(failure.reader.number(), reinterpret_cast<char*>(&cause), sizeof cause) > 0) {
    (void)reap();
    throw not_runnable(file, cause);
  }
  input = std::move(to.writer);
  output = std::move(from.reader);
  errors = std::move(errors_from.reader);
  for (const Descriptor* end : {&input, &output, &errors})
    (void)::fcntl(end->number(), F_SETFL, O_NONBLOCK);
}

RunningProgram::~RunningProgram() {
  (void)reap();
}

bool RunningProgram::has_ended() const {
  siginfo_t state{};
  return ::waitid(P_PID, static_cast<id_t>(process_), &state, WEXITED | WNOHANG | WNOWAIT) != 0 || state.si_pid != 0;
}

int RunningProgram::reap() {
  if (process_ < 0) return 0;
  (void)::kill(-process_, SIGKILL);  // the group's number is not free before the leader is reaped
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return status;
}

}  // namespace platform
