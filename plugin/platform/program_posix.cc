#include "platform/program.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/error.h"
#include "base/secret.h"
#include "platform/file_checks.h"
#include "spawn.h"

namespace platform {
namespace {

using base::Error;
using base::Phase;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t kErrorsKept = 4096;
constexpr std::size_t kPart = 8192;  // bytes read at once
constexpr std::chrono::hours kLongestTimeout{24 * 7};
constexpr milliseconds kLookAround{20};  // between two looks at a program whose end cannot be watched

std::string checked_file(const std::string& path) {
  try {
    return check_program_file(path);
  } catch (const Error& error) {
    throw Error(error.kind(), Phase::approval, error.message(), error.hint());
  }
}

// Talks with the program until it has ended, or must end.
class Dialogue {
 public:
  Dialogue(RunningProgram& program, const ProgramOrder& order, steady_clock::time_point deadline)
      : program_(program), order_(order), deadline_(deadline), unsent_(order.input) {
    result_.output.reserve(order.output_limit + kPart);  // never moved: no copy of it is left behind
  }

  ProgramResult hold() {
    bool has_ended = false;
    while (!has_ended && !result_.late && !result_.too_long) {
      wait();
      has_ended = program_.has_ended();  // before the last look at what it wrote
      if (!has_ended && steady_clock::now() >= deadline_) result_.late = true;
      feed();
      take_output();
      take_errors();
    }
    const int status = program_.reap();
    result_.exit_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return std::move(result_);
  }

 private:
  void wait() const {
    const milliseconds left = std::chrono::ceil<milliseconds>(deadline_ - steady_clock::now());
    const milliseconds longest = program_.end_watch() >= 0 ? milliseconds(kLongestTimeout) : kLookAround;
    std::array<pollfd, 4> watched{pollfd{program_.input.number(), POLLOUT, 0},
                                  pollfd{program_.output.number(), POLLIN, 0},
                                  pollfd{program_.errors.number(), POLLIN, 0}, pollfd{program_.end_watch(), POLLIN, 0}};
    (void)::poll(watched.data(), watched.size(), static_cast<int>(std::clamp(left, milliseconds(0), longest).count()));
  }

  void feed() {
    while (program_.input && !unsent_.empty()) {
      const ssize_t written = ::write(program_.input.number(), unsent_.data(), unsent_.size());
      if (written >= 0) {
        unsent_.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno == EAGAIN) {
        return;
      } else if (errno != EINTR) {
        unsent_ = {};  // it does not want to read any more, which is its own affair
      }
    }
    program_.input.close();
  }

  void take_output() {
    while (take(program_.output, result_.output)) {
      if (result_.output.size() <= order_.output_limit) continue;
      result_.output.resize(order_.output_limit);
      result_.too_long = true;
      return;
    }
  }

  // One part at a time while the program runs: endless errors must not keep the deadline from being looked at.
  void take_errors() {
    for (int part = 0; part < 16 && take(program_.errors, result_.errors); ++part) {
      if (result_.errors.size() > kErrorsKept) result_.errors.erase(0, result_.errors.size() - kErrorsKept);
    }
  }

  // Appends what is there; false when there is nothing (more).
  static bool take(Descriptor& from, std::string& into) {
    if (!from) return false;
    std::array<char, kPart> part;
    const ssize_t got = ::read(from.number(), part.data(), part.size());
    if (got > 0) {
      into.append(part.data(), static_cast<std::size_t>(got));
      base::wipe(std::span<char>(part).first(static_cast<std::size_t>(got)));
    }
    const bool is_over = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    if (is_over) from.close();
    return got > 0 || (got < 0 && errno == EINTR);
  }

  RunningProgram& program_;
  const ProgramOrder& order_;
  steady_clock::time_point deadline_;
  std::string_view unsent_;
  ProgramResult result_;
};

}  // namespace

ProgramResult run_program(const ProgramOrder& order) {
  const std::string file = checked_file(order.command.empty() ? std::string() : order.command.front());
  const milliseconds timeout = std::clamp(order.timeout, milliseconds(0), milliseconds(kLongestTimeout));
  const auto deadline = steady_clock::now() + timeout;
  RunningProgram program(file, order.command, order.environment,
                         std::chrono::ceil<std::chrono::seconds>(timeout) + std::chrono::seconds(1));
  return Dialogue(program, order, deadline).hold();
}

std::map<std::string, std::string> pick_environment(const std::vector<std::string>& names) {
  std::map<std::string, std::string> picked;
  std::vector<std::string> wanted{"PATH", "HOME", "LANG", "TZ"};
  wanted.insert(wanted.end(), names.begin(), names.end());
  for (const std::string& name : wanted) {
    if (const char* value = std::getenv(name.c_str())) picked.emplace(name, value);
  }
  return picked;
}

}  // namespace platform
