#include "prompt_session.h"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

#include "child.h"

namespace {

constexpr int kPatience = 20000;  // milliseconds

[[noreturn]] void lead(int slave, int said, int control, const std::function<std::string()>& action) {
  forget_signal_handlers();
  (void)::setsid();
  (void)::ioctl(slave, TIOCSCTTY, 0);
  const pid_t process = ::fork();
  if (process == 0) {
    (void)::close(control);
    (void)platform::write_everything(said, result_of(action));
    ::_exit(0);
  }
  (void)::close(said);
  (void)::write(control, &process, sizeof process);
  (void)platform::write_everything(control, end_of(process) + "\n");
  char byte = 0;
  (void)platform::read_some(control, &byte, 1);
  ::_exit(0);
}

termios settings_of(int terminal) {
  termios settings{};
  if (::tcgetattr(terminal, &settings) != 0) throw std::runtime_error("no terminal settings");
  return settings;
}

}  // namespace

PromptSession::PromptSession(const std::function<std::string()>& action) {
  int master = -1;
  int slave = -1;
  std::array<int, 2> said{};
  std::array<int, 2> control{};
  if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0 || ::pipe(said.data()) != 0 ||
      ::socketpair(AF_UNIX, SOCK_STREAM, 0, control.data()) != 0)
    throw std::runtime_error("no pseudo-terminal");
  leader_ = ::fork();
  if (leader_ < 0) throw std::runtime_error("no child");
  if (leader_ == 0) {
    for (const int descriptor : {master, said[0], control[0]})
      (void)::close(descriptor);
    lead(slave, said[1], control[1], action);
  }
  for (const int descriptor : {slave, said[1], control[1]})
    (void)::close(descriptor);
  master_ = platform::Descriptor(master);
  said_ = platform::Descriptor(said[0]);
  control_ = platform::Descriptor(control[0]);
  if (::read(control_.number(), &process_, sizeof process_) != sizeof process_) throw std::runtime_error("no process");
}

PromptSession::~PromptSession() {
  master_.close();  // a process still there loses its terminal
  control_.close();
  (void)end_of(leader_);
}

bool PromptSession::read_shown(int patience) {
  pollfd wanted{master_.number(), POLLIN, 0};
  if (::poll(&wanted, 1, patience) <= 0) return false;
  std::array<char, 4096> part;
  const long got = platform::read_some(master_.number(), part.data(), part.size());
  if (got <= 0) return false;
  shown_.append(part.data(), static_cast<std::size_t>(got));
  return true;
}

bool PromptSession::wait_for(std::string_view text) {
  while (shown_.find(text) == std::string::npos) {
    if (!read_shown(kPatience)) return false;
  }
  return true;
}

void PromptSession::type(std::string_view keys) {
  if (platform::write_everything(master_.number(), keys) != 0) throw std::runtime_error("cannot type");
}

void PromptSession::signal(int number) {
  (void)::kill(process_, number);
}

std::string PromptSession::said() {
  return read_all(said_.number());
}

std::string PromptSession::end() {
  std::string text;
  for (char byte = 0; platform::read_some(control_.number(), &byte, 1) == 1 && byte != '\n';)
    text += byte;
  return text;
}

std::string PromptSession::shown() {
  while (read_shown(0)) {
  }
  return shown_;
}

bool PromptSession::echoes() const {
  return (settings_of(master_.number()).c_lflag & ECHO) != 0;
}

bool PromptSession::makes_signals() const {
  return (settings_of(master_.number()).c_lflag & ISIG) != 0;
}

bool PromptSession::reads_lines() const {
  return (settings_of(master_.number()).c_lflag & ICANON) != 0;
}
