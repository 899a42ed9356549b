#include "actions.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "call_log.h"

namespace fake {
namespace {

bool in_range(unsigned long number, unsigned long first, unsigned long last) {
  return number >= first && (last == 0 || number <= last);
}

template <typename Value>
bool admits(const std::optional<Value>& wanted, const std::optional<Value>& given) {
  return !wanted || wanted == given;
}

bool selects(const Module& module, const Action& action, const CallFilter& call) {
  if (action.function != call.function || action.after != call.after) return false;
  if (!admits(action.slot, call.slot) || !admits(action.mechanism, call.mechanism)) return false;
  if (!admits(action.user, call.user)) return false;
  return !action.counts_processes() || in_range(process_number(module), action.first_process, action.last_process);
}

unsigned long count_call(const Module& module, Action& action) {
  if (!action.overall) return ++action.seen;
  return count_up(module.rules_file() + ".line-" + std::to_string(action.line));
}

void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd waiting{descriptor, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

void print(const Action& action) {
  if (!action.text.empty()) return write_all(action.descriptor, action.text + "\n");
  constexpr std::string_view kLine = "rubbish that a module prints: { \"errorCode\": 1 }\n";
  std::string block;
  while (block.size() < action.number && block.size() < 64 * 1024)
    block += kLine;
  for (unsigned long left = action.number; left > 0;) {
    const std::size_t size = std::min<std::size_t>(left, block.size());
    write_all(action.descriptor, std::string_view(block).substr(0, size));
    left -= size;
  }
}

// The default handler, so that the process dies of the signal itself, whatever handlers stand there.
[[noreturn]] void die_of(int signal) {
  std::signal(signal, SIG_DFL);
  std::raise(signal);
  std::_Exit(128 + signal);
}

[[noreturn]] void hang() {
  while (true)
    ::pause();
}

}  // namespace

unsigned long process_number(const Module& module) {
  static pid_t counted = 0;
  static unsigned long number = 0;
  static std::string& file = *new std::string;  // exit handlers come here too, after the destructors of static objects
  if (counted != getpid() || file != module.rules_file()) {
    counted = getpid();
    file = module.rules_file();
    number = count_up(file + ".processes");
  }
  return number;
}

std::vector<Action> actions_for(Module& module, const CallFilter& call) {
  const std::lock_guard lock(module.mutex);
  std::vector<Action> chosen;
  for (Action& action : module.rules().actions) {
    if (!selects(module, action, call)) continue;
    if (in_range(count_call(module, action), action.first, action.last)) chosen.push_back(action);
  }
  return chosen;
}

std::optional<CK_RV> perform(const std::vector<Action>& actions, Module& module) {
  for (const Action& action : actions) {
    switch (action.effect) {
      case Effect::fail:
        return action.value;
      case Effect::hang:
        hang();
      case Effect::sleep:
        std::this_thread::sleep_for(std::chrono::milliseconds(action.number));
        break;
      case Effect::crash:
        die_of(SIGSEGV);
      case Effect::abort:
        die_of(SIGABRT);
      case Effect::exit:
        std::exit(static_cast<int>(action.number));
      case Effect::exit_now:
        std::_Exit(static_cast<int>(action.number));
      case Effect::print:
        print(action);
        break;
      case Effect::lose: {
        const std::lock_guard lock(module.mutex);
        module.lose(action.loss);
        break;
      }
    }
  }
  return std::nullopt;
}

}  // namespace fake
