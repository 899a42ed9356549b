#include "platform/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>

#include "base/bytes.h"
#include "base/error.h"
#include "catch.h"
#include "child.h"
#include "prompt_session.h"
#include "support/test_clock.h"

using base::ErrorKind;
using platform::ControllingTerminal;

namespace {

constexpr const char* kPrompt = "PIN of prod: ";

std::string kind(ErrorKind kind) {
  return "kind " + std::to_string(static_cast<int>(kind)) + ": ";
}

std::string ask() {
  ControllingTerminal terminal;
  return "got " + base::text_of(terminal.ask_secret(kPrompt).reveal());
}

// What the terminal has got from the process when it has ended. TERM as given, null: unset; zero columns: a terminal
// that does not know its size.
std::string shown_by(const char* term, unsigned short columns, const std::function<void()>& action) {
  PromptSession session([&]() -> std::string {
    (void)(term != nullptr ? ::setenv("TERM", term, 1) : ::unsetenv("TERM"));
    const platform::Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    const winsize size{24, columns, 0, 0};
    if (::ioctl(terminal.number(), TIOCSWINSZ, &size) != 0) return "no size";
    action();
    return "done";
  });
  CHECK(session.said() == "done");
  CHECK(session.end() == "exit 0");
  return session.shown();
}

struct Answer {
  std::string said;
  std::string shown;
};

// What comes of typing these keys at the prompt. The terminal must be as usual afterwards.
Answer type_at_prompt(std::string_view keys) {
  PromptSession session(ask);
  REQUIRE(session.wait_for(kPrompt));
  CHECK_FALSE(session.echoes());
  CHECK_FALSE(session.makes_signals());
  session.type(keys);
  Answer answer;
  answer.said = session.said();
  CHECK(session.end() == "exit 0");
  CHECK(session.echoes());
  CHECK(session.makes_signals());
  CHECK(session.reads_lines());
  answer.shown = session.shown();
  return answer;
}

}  // namespace

TEST_CASE("what is typed at the prompt is read and never shown") {
  const Answer answer = type_at_prompt("hunter2\r");
  CHECK(answer.said == "got hunter2");
  CHECK(answer.shown == std::string(kPrompt) + "\r\n");
}

TEST_CASE("backspace at the prompt takes whole characters") {
  CHECK(type_at_prompt("12x\x7F"
                       "3\r")
            .said == "got 123");
  CHECK(type_at_prompt("1\xC3\xA4\x7F"
                       "2\xE2\x82\xAC\x7F"
                       "3\r")
            .said == "got 123");
  CHECK(type_at_prompt("caf\xC3\xA9\r").said == "got caf\xC3\xA9");
}

TEST_CASE("Ctrl-U at the prompt starts again") {
  CHECK(type_at_prompt("wrong\x15right\r").said == "got right");
}

TEST_CASE("Ctrl-C at the prompt cancels and leaves the terminal usable") {
  for (const std::string_view keys : {"\x03", "123\x03", "\x1C"}) {
    const Answer answer = type_at_prompt(keys);
    CHECK(answer.said.starts_with(kind(ErrorKind::cancelled) + "the PIN prompt was cancelled at the keyboard"));
    CHECK(answer.shown == std::string(kPrompt) + "\r\n");
  }
}

TEST_CASE("Ctrl-D at the prompt cancels, also after something was typed") {
  CHECK(type_at_prompt("\x04").said.starts_with(kind(ErrorKind::cancelled)));
  CHECK(type_at_prompt("123\x04").said.starts_with(kind(ErrorKind::cancelled)));
}

TEST_CASE("an empty line at the prompt is an empty secret") {
  CHECK(type_at_prompt("\r").said == "got ");
}

TEST_CASE("a PIN with an arrow key in it is not used") {
  const Answer answer = type_at_prompt("12\x1B[D3\r");
  CHECK(answer.said == kind(ErrorKind::pin_unavailable) +
                           "the PIN typed is not usable: it holds a control character, for example of an arrow key | "
                           "nothing was sent to the token; run the command again");
}

TEST_CASE("a secret of 4096 bytes is read, a longer one is refused") {
  CHECK(type_at_prompt(std::string(4096, 'x') + "\r").said == "got " + std::string(4096, 'x'));
  CHECK(type_at_prompt(std::string(4097, 'x') + "\r").said ==
        kind(ErrorKind::pin_unavailable) + "the PIN typed is not usable: it is longer than 4096 bytes | ");
}

TEST_CASE("what was typed before the prompt does not become the PIN") {
  std::array<int, 2> typed{};
  REQUIRE(::pipe(typed.data()) == 0);
  PromptSession session([&] {
    char byte = 0;
    (void)platform::read_some(typed[0], &byte, 1);
    return ask();
  });
  session.type("impatient\r");
  REQUIRE(session.wait_for("impatient"));
  (void)platform::write_everything(typed[1], "x");
  REQUIRE(session.wait_for(kPrompt));
  session.type("1234\r");
  CHECK(session.said() == "got 1234");
  (void)::close(typed[0]);
  (void)::close(typed[1]);
}

TEST_CASE("control characters in the prompt and in a line are escaped") {
  PromptSession session([]() -> std::string {
    ControllingTerminal terminal;
    terminal.show_line("token \x1B[31mred");
    (void)terminal.ask_secret("PIN of \x1B[2Jprod\n: ");
    return "done";
  });
  REQUIRE(session.wait_for("prod\\x0a: "));
  session.type("1\r");
  CHECK(session.said() == "done");
  CHECK(session.shown() == "token \\x1b[31mred\r\nPIN of \\x1b[2Jprod\\x0a: \r\n");
}

TEST_CASE("a process told to end at the prompt restores the terminal and ends") {
  for (const int number : {SIGTERM, SIGHUP, SIGQUIT, SIGINT}) {
    PromptSession session(ask);
    REQUIRE(session.wait_for(kPrompt));
    session.signal(number);
    CHECK(session.said().empty());
    CHECK(session.end() == "signal " + std::to_string(number));
    CHECK(session.echoes());
    CHECK(session.makes_signals());
  }
}

TEST_CASE("a signal that the process ignores does not disturb the prompt") {
  PromptSession session([] {
    (void)std::signal(SIGHUP, SIG_IGN);
    return ask();
  });
  REQUIRE(session.wait_for(kPrompt));
  session.signal(SIGHUP);
  session.type("1234\r");
  CHECK(session.said() == "got 1234");
  CHECK(session.end() == "exit 0");
}

TEST_CASE("the prompt is given up and the terminal restored when the process that asked for it is killed") {
  PromptSession session([]() -> std::string {
    const pid_t asking = ::fork();
    if (asking == 0) return result_of(ask);
    return end_of(asking);
  });
  REQUIRE(session.wait_for(kPrompt));
  session.signal(SIGKILL);
  CHECK(session.said().starts_with(kind(ErrorKind::host_gone) + "the PIN prompt was given up"));
  CHECK(session.end() == "signal 9");
  CHECK(session.echoes());
}

TEST_CASE("a process in the background of its terminal has none, and is not stopped by asking") {
  PromptSession session([]() -> std::string {
    if (::setpgid(0, 0) != 0) return "no group";
    ControllingTerminal terminal;
    terminal.show_line("not shown");
    return std::to_string(terminal.is_there()) + " " + result_of(ask);
  });
  CHECK(session.said().starts_with("0 " + kind(ErrorKind::pin_unavailable) +
                                   "cannot ask for the PIN: this process runs in the background of its terminal"));
  CHECK(session.end() == "exit 0");
  CHECK(session.shown().empty());
}

TEST_CASE("a terminal that another process takes over ends the prompt") {
  PromptSession session([]() -> std::string {
    std::array<int, 2> gate{};
    if (::pipe(gate.data()) != 0) return "no pipe";
    const pid_t asking = ::fork();
    if (asking == 0) {
      (void)::setpgid(0, 0);
      char byte = 0;
      (void)platform::read_some(gate[0], &byte, 1);
      return result_of(ask);
    }
    (void)std::signal(SIGTTOU, SIG_IGN);
    (void)::setpgid(asking, asking);
    const platform::Descriptor terminal(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC));
    (void)::tcsetpgrp(terminal.number(), asking);
    (void)platform::write_everything(gate[1], "x");
    sigset_t wake;
    sigemptyset(&wake);
    sigaddset(&wake, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &wake, nullptr);
    int got = 0;
    (void)sigwait(&wake, &got);
    (void)::tcsetpgrp(terminal.number(), ::getpgrp());
    return " then " + end_of(asking);
  });
  REQUIRE(session.wait_for(kPrompt));
  session.signal(SIGUSR1);
  const std::string said = session.said();
  CHECK(said.starts_with(kind(ErrorKind::cancelled) +
                         "the PIN prompt was cancelled: the terminal was given to another process"));
  CHECK(said.ends_with(" then exit 0"));
  CHECK(session.echoes());
}

TEST_CASE("a process without a controlling terminal has none to ask at") {
  const Outcome outcome = in_child([]() -> std::string {
    (void)::setsid();
    ControllingTerminal terminal;
    terminal.show_line("nobody sees this");
    return std::to_string(terminal.is_there()) + " " + result_of(ask);
  });
  CHECK(outcome.said == "0 " + kind(ErrorKind::pin_unavailable) +
                            "cannot ask for the PIN: there is no terminal | set pin_source to "
                            "env:NAME, file:PATH or credential:NAME, or run this in the foreground of a terminal");
}

TEST_CASE("a terminal that is not one is not there") {
  ControllingTerminal terminal("/dev/null");
  CHECK_FALSE(terminal.is_there());
}

TEST_CASE("a status is drawn over the last one and cleared at the end") {
  CHECK(shown_by("xterm", 80, [] {
          ControllingTerminal terminal;
          terminal.show_status("waiting for ann and bob");
          terminal.show_status("waiting for bob");
        }) == "\rwaiting for ann and bob\033[K\rwaiting for bob\033[K\r\033[K");
}

TEST_CASE("a status that was cleared is not cleared again") {
  CHECK(shown_by("xterm", 80, [] {
          ControllingTerminal terminal;
          terminal.clear_status();
          terminal.show_status("waiting");
          terminal.clear_status();
          terminal.clear_status();
        }) == "\rwaiting\033[K\r\033[K");
}

TEST_CASE("a line goes above the status, which is cleared for it") {
  CHECK(shown_by("xterm", 80, [] {
          ControllingTerminal terminal;
          terminal.show_status("waiting for ann");
          terminal.show_line("ann has approved");
          terminal.show_status("waiting for bob");
        }) == "\rwaiting for ann\033[K\r\033[Kann has approved\r\n\rwaiting for bob\033[K\r\033[K");
}

TEST_CASE("a prompt clears the status first") {
  PromptSession session([]() -> std::string {
    (void)::setenv("TERM", "xterm", 1);
    ControllingTerminal terminal;
    terminal.show_status("waiting");
    return base::text_of(terminal.ask_secret(kPrompt).reveal());
  });
  REQUIRE(session.wait_for(kPrompt));
  session.type("1234\r");
  CHECK(session.said() == "1234");
  CHECK(session.shown() == std::string("\rwaiting\033[K\r\033[K") + kPrompt + "\r\n");
}

TEST_CASE("a status leaves the last column of the terminal free") {
  const auto status = [](std::size_t length) {
    return [length] { ControllingTerminal().show_status(std::string(length, 'x')); };
  };
  const std::string end = "\033[K\r\033[K";
  CHECK(shown_by("xterm", 80, status(79)) == "\r" + std::string(79, 'x') + end);
  CHECK(shown_by("xterm", 80, status(80)) == "\r" + std::string(76, 'x') + "..." + end);
  CHECK(shown_by("xterm", 40, status(39)) == "\r" + std::string(39, 'x') + end);
  CHECK(shown_by("xterm", 40, status(4000)) == "\r" + std::string(36, 'x') + "..." + end);
  CHECK(shown_by("xterm", 0, status(80)) == "\r" + std::string(76, 'x') + "..." + end);
  CHECK(shown_by("xterm", 1, status(80)) == "\r" + end);
}

TEST_CASE("control characters and colours in a status are escaped") {
  CHECK(shown_by("xterm-256color", 80, [] { ControllingTerminal().show_status("ann\n\x1B[31m\xE2\x80\xAE\xFF"); }) ==
        "\rann\\x0a\\x1b[31m\\u{202e}\\xff\033[K\r\033[K");
}

TEST_CASE("a terminal without escape sequences gets a status as a line, when it changes, every half minute at most") {
  for (const char* term : {static_cast<const char*>(nullptr), "", "dumb"}) {
    CHECK(shown_by(term, 40, [] {
            support::TestClock clock;
            ControllingTerminal terminal("/dev/tty", clock);
            const std::string first = "waiting for ann and bob, 15 minutes left";
            terminal.show_status(first);
            terminal.show_status("too early");
            clock.sleep_for(std::chrono::seconds(30));
            terminal.show_status(first);
            terminal.show_status("waiting for bob");
            terminal.clear_status();
            clock.sleep_for(std::chrono::milliseconds(29'999));
            terminal.show_status("too early");
          }) == "waiting for ann and bob, 15 minutes left\r\nwaiting for bob\r\n");
  }
}

TEST_CASE("a process in the background of its terminal draws no status") {
  CHECK(shown_by("xterm", 80, [] {
          const pid_t background = ::fork();
          if (background == 0) {
            (void)::setpgid(0, 0);
            {
              ControllingTerminal terminal;
              terminal.show_status("waiting");
              terminal.clear_status();
            }
            ::_exit(0);
          }
          if (end_of(background) != "exit 0") ControllingTerminal().show_line("stopped");
        }).empty());
}
