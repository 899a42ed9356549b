#include "child.h"

#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <stdexcept>

#include "base/error.h"
#include "platform/descriptor.h"

namespace {

constexpr uid_t kOrdinaryUser = 65534;

void become_ordinary_user() {
  if (!is_root()) return;
  if (::setgroups(0, nullptr) != 0 || ::setresgid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) != 0 ||
      ::setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) != 0)
    throw std::runtime_error("cannot become an ordinary user");
}

}  // namespace

bool is_root() {
  return ::geteuid() == 0;
}

std::string result_of(const std::function<std::string()>& action) {
  try {
    return action();
  } catch (const base::Error& error) {
    return "kind " + std::to_string(static_cast<int>(error.kind())) + ": " + error.message() + " | " + error.hint();
  } catch (const std::exception& error) {
    return std::string("exception: ") + error.what();
  }
}

void forget_signal_handlers() {
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGABRT, SIGSEGV})
    (void)std::signal(number, SIG_DFL);
}

std::string end_of(pid_t process) {
  int status = 0;
  if (::waitpid(process, &status, 0) != process) return "not a child";
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit " + std::to_string(WEXITSTATUS(status));
}

std::string read_all(int descriptor) {
  std::string text;
  std::array<char, 4096> part;
  for (long got = 1; got > 0;) {
    got = platform::read_some(descriptor, part.data(), part.size());
    if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text;
}

Outcome in_child(const std::function<std::string()>& action) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child");
  if (child == 0) {
    forget_signal_handlers();
    (void)::close(ends[0]);
    (void)platform::write_everything(ends[1], result_of(action));
    ::_exit(0);
  }
  (void)::close(ends[1]);
  const platform::Descriptor reader(ends[0]);
  Outcome outcome;
  outcome.said = read_all(reader.number());
  outcome.end = end_of(child);
  return outcome;
}

Outcome as_ordinary_user(const std::function<std::string()>& action) {
  return in_child([&] {
    become_ordinary_user();
    return action();
  });
}
