#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/error.h"
#include "platform/held_signals.h"
#include "platform/terminal.h"
#include "secret_line.h"
#include "status_cleanup.h"
#include "status_line.h"

namespace platform {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;

constexpr std::size_t kLongestLine = 2048;
constexpr int kLookAround = 100;  // milliseconds between two looks at parent, signals and foreground

constexpr std::size_t kUsualColumns = 80;
constexpr std::chrono::seconds kPlainStatusPause{30};
constexpr std::string_view kToLineStart = "\r";
constexpr std::string_view kEraseToLineEnd = "\033[K";

// Whether the terminal understands escape sequences. Looked up each time: it costs nothing beside a write.
bool is_plain() {
  const char* type = std::getenv("TERM");
  return type == nullptr || *type == '\0' || std::string_view(type) == "dumb";
}

std::size_t columns_of(int terminal) {
  winsize size{};
  return ::ioctl(terminal, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : kUsualColumns;
}

bool is_foreground(int terminal) {
  return ::tcgetpgrp(terminal) == ::getpgrp();
}

// The terminal without echo and with its signal keys as plain bytes: notation answers the signal of Ctrl-C with
// SIGKILL, which would leave the terminal mute.
class MuteTerminal {
 public:
  explicit MuteTerminal(int terminal) : terminal_(terminal) {
    if (::tcgetattr(terminal, &before_) != 0) throw unusable();
    termios mute = before_;
    mute.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    mute.c_iflag &= ~static_cast<tcflag_t>(IXON);
    mute.c_cc[VMIN] = 1;
    mute.c_cc[VTIME] = 0;
    if (::tcsetattr(terminal, TCSAFLUSH, &mute) != 0) throw unusable();
    if (::tcgetattr(terminal, &set_) != 0) set_ = mute;
  }

  // What came in after Enter or Ctrl-C is dropped: the rest of a pasted PIN must not reach the shell. Settings that
  // someone else made meanwhile are theirs.
  ~MuteTerminal() {
    termios now{};
    if (::tcgetattr(terminal_, &now) != 0 || !is_still_ours(now)) return;
    (void)::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  MuteTerminal(const MuteTerminal&) = delete;
  MuteTerminal& operator=(const MuteTerminal&) = delete;

  EditingKeys keys() const {
    const auto key = [&](std::size_t which) {
      const cc_t byte = before_.c_cc[which];
      return byte == _POSIX_VDISABLE ? std::uint8_t{0} : static_cast<std::uint8_t>(byte);
    };
    return {key(VINTR), key(VQUIT), key(VEOF), key(VERASE), key(VKILL)};
  }

 private:
  static Error unusable() {
    return {ErrorKind::pin_unavailable, Phase::pin,
            "cannot ask for the PIN: the terminal does not let echo be switched off"};
  }

  bool is_still_ours(const termios& now) const { return now.c_lflag == set_.c_lflag && now.c_iflag == set_.c_iflag; }

  int terminal_;
  termios before_{};
  termios set_{};
};

Error cancelled(const char* cause) {
  return {ErrorKind::cancelled, Phase::pin, std::string("the PIN prompt was cancelled: ") + cause};
}

// Returns when the terminal has something to read.
void wait_for_key(int terminal, pid_t parent, const HeldSignals& signals) {
  while (true) {
    pollfd wanted{terminal, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, kLookAround);
    if (signals.one_is_deadly()) throw cancelled("this process was told to end");
    if (::getppid() != parent)
      throw Error(ErrorKind::host_gone, Phase::pin,
                  "the PIN prompt was given up: the process that asked for it has ended");
    if (ready > 0 && (wanted.revents & POLLIN) == 0) throw cancelled("the terminal was closed");
    if (!is_foreground(terminal)) throw cancelled("the terminal was given to another process");
    if (ready > 0) return;
  }
}

std::uint8_t read_key(int terminal) {
  char byte = 0;
  const long got = read_some(terminal, &byte, 1);
  if (got <= 0) throw cancelled("the terminal was closed");
  const auto key = static_cast<std::uint8_t>(byte);
  base::wipe(std::span<char>(&byte, 1));
  return key;
}

base::Secret read_line(int terminal, EditingKeys keys, const HeldSignals& signals) {
  const pid_t parent = ::getppid();
  SecretLine line(keys, ControllingTerminal::kLongestSecret);
  auto state = SecretLine::State::typing;
  while (state == SecretLine::State::typing) {
    wait_for_key(terminal, parent, signals);
    state = line.type(read_key(terminal));
  }
  (void)write_everything(terminal, "\n");
  if (state == SecretLine::State::cancelled)
    throw Error(ErrorKind::cancelled, Phase::pin, "the PIN prompt was cancelled at the keyboard");
  if (line.is_too_long())
    throw Error(ErrorKind::pin_unavailable, Phase::pin,
                "the PIN typed is not usable: it is longer than " +
                    std::to_string(ControllingTerminal::kLongestSecret) + " bytes");
  if (line.has_control_character())
    throw Error(ErrorKind::pin_unavailable, Phase::pin,
                "the PIN typed is not usable: it holds a control character, for example of an arrow key",
                "nothing was sent to the token; run the command again");
  return std::move(line).take();
}

}  // namespace

ControllingTerminal::ControllingTerminal(std::string device, const base::Clock& clock)
    : device_(std::move(device)), clock_(clock) {}

ControllingTerminal::~ControllingTerminal() {
  clear_status();
}

bool ControllingTerminal::open() {
  if (!terminal_) terminal_ = Descriptor(::open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  return terminal_ && ::isatty(terminal_.number()) == 1;
}

bool ControllingTerminal::is_there() {
  return open() && is_foreground(terminal_.number());
}

void ControllingTerminal::show_line(std::string_view line) {
  if (!is_there()) return;
  clear_status();
  (void)write_everything(terminal_.number(), base::printable(line, kLongestLine) + "\n");
}

void ControllingTerminal::show_status(std::string_view line) {
  if (!is_there()) return;
  if (is_plain()) return show_plain_status(line);
  // The last column stays free: many terminals wrap as soon as it is filled.
  const std::string shown = cut_to_columns(base::printable(line, kLongestLine), columns_of(terminal_.number()) - 1);
  if (!std::exchange(has_status_, true)) clear_status_when_killed(terminal_.number());
  (void)write_everything(terminal_.number(), std::string(kToLineStart) + shown + std::string(kEraseToLineEnd));
}

void ControllingTerminal::show_plain_status(std::string_view line) {
  const base::SteadyTime now = clock_.now();
  if (line == plain_status_ || (plain_status_at_ && now - *plain_status_at_ < kPlainStatusPause)) return;
  plain_status_ = line;
  plain_status_at_ = now;
  show_line(line);
}

void ControllingTerminal::clear_status() {
  if (!std::exchange(has_status_, false)) return;
  leave_status_when_killed();
  if (!is_there()) return;
  (void)write_everything(terminal_.number(), std::string(kToLineStart) + std::string(kEraseToLineEnd));
}

void ControllingTerminal::require_person() {
  if (is_there()) return;
  throw Error(ErrorKind::pin_unavailable, Phase::pin,
              terminal_ ? "cannot ask for the PIN: this process runs in the background of its terminal"
                        : "cannot ask for the PIN: there is no terminal",
              "set pin_source to env:NAME, file:PATH or credential:NAME, or run this in the foreground of a terminal");
}

base::Secret ControllingTerminal::ask_secret(std::string_view prompt) {
  require_person();
  clear_status();
  const int terminal = terminal_.number();
  const HeldSignals signals(HeldSignals::Stops::wait);  // until the terminal is as it was
  const MuteTerminal mute(terminal);
  (void)write_everything(terminal, base::printable(prompt, kLongestLine));
  return read_line(terminal, mute.keys(), signals);
}

}  // namespace platform
