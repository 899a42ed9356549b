#include "confirm.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "platform/descriptor.h"

namespace operators {
namespace {

constexpr std::size_t kLongestAnswer = 256;  // bytes

// A process in the background would be stopped by asking.
platform::Descriptor open_terminal(const std::string& deed) {
  platform::Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (terminal && ::tcgetpgrp(terminal.number()) == ::getpgrp()) return terminal;
  throw base::Error(base::ErrorKind::invalid_request, base::Phase::approval,
                    "nobody can be asked whether " + deed + ": there is no terminal", "--yes answers without asking");
}

// The line that was typed, empty where there is none.
std::string ask(const std::string& deed, const std::string& prompt) {
  const platform::Descriptor terminal = open_terminal(deed);
  // What was typed before the question is no answer to it.
  ::tcflush(terminal.number(), TCIFLUSH);
  if (platform::write_everything(terminal.number(), prompt) != 0) return {};
  std::string answer;
  while (answer.size() < kLongestAnswer && answer.find('\n') == std::string::npos) {
    char part[64];
    const long got = platform::read_some(terminal.number(), part, sizeof part);
    if (got <= 0) return {};
    answer.append(part, static_cast<std::size_t>(got));
  }
  return answer;
}

}  // namespace

bool confirm(const std::string& deed, const std::string& text, const std::string& question) {
  const std::string answer = ask(deed, text + question + " [y/N] ");
  return answer == "y\n" || answer == "Y\n" || answer == "yes\n";
}

bool confirm_in_full(const std::string& deed, const std::string& text, const std::string& question) {
  return ask(deed, text + question + " (type yes) ") == "yes\n";
}

}  // namespace operators
