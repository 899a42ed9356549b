#include "worker/worker_errors.h"

#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <utility>

#include "cryptoki.h"
#include "worker/worker_process.h"

namespace pkcs11 {
namespace {

using base::Error;
using base::ErrorKind;
using base::Phase;
using std::chrono::milliseconds;

constexpr std::size_t kShownLines = 4;

std::string seconds(std::chrono::nanoseconds duration) {
  const auto tenths = (duration.count() + 50'000'000) / 100'000'000;
  std::string text = std::to_string(tenths / 10);
  if (tenths % 10 != 0) text += "." + std::to_string(tenths % 10);
  return text + " s";
}

// "in C_Login (phase login)"
std::string place(const ProgressPage::View& where) {
  if (where.phase == Phase::none) return where.function.empty() ? "outside of any call" : "in " + where.function;
  const std::string phase(base::name_of(where.phase));
  return where.function.empty() ? "in phase " + phase : "in " + where.function + " (phase " + phase + ")";
}

std::string doubt(const ProgressPage::View& where) {
  switch (where.commitment) {
    case Commitment::none:
      return {};
    case Commitment::sign:
      return "; it is not known whether the token signed";
    case Commitment::change:
      return "; it is not known whether the token was changed";
  }
  return {};
}

std::string signal_text(int number) {
  struct Name {
    int number;
    const char* name;
  };
  static constexpr std::array<Name, 8> kNames{{{SIGSEGV, "SIGSEGV"},
                                               {SIGABRT, "SIGABRT"},
                                               {SIGBUS, "SIGBUS"},
                                               {SIGILL, "SIGILL"},
                                               {SIGFPE, "SIGFPE"},
                                               {SIGKILL, "SIGKILL"},
                                               {SIGTERM, "SIGTERM"},
                                               {SIGSYS, "SIGSYS"}}};
  const auto* const found = std::ranges::find(kNames, number, &Name::number);
  const std::string text = "signal " + std::to_string(number);
  return found == kNames.end() ? text : text + " (" + found->name + ")";
}

std::string end_text(std::optional<int> status) {
  if (!status) return "it closed its connection";
  if (WIFSIGNALED(*status)) return signal_text(WTERMSIG(*status));
  return "exit status " + std::to_string(WEXITSTATUS(*status));
}

bool crashed(std::optional<int> status) {
  if (!status || !WIFSIGNALED(*status)) return false;
  const int number = WTERMSIG(*status);
  return number != SIGKILL && number != SIGTERM;
}

std::string crash_hint(std::optional<int> status) {
  if (status && WIFSIGNALED(*status) && WTERMSIG(*status) == SIGKILL)
    return "somebody killed it; when memory runs out the system does that";
  return crashed(status) ? "this is a fault in the module; the vendor may have a newer version"
                         : "the module ended the process that runs it, which a library should never do";
}

ErrorKind kind_of_death(const ProgressPage::View& where) {
  return where.commitment == Commitment::sign ? ErrorKind::outcome_unknown : ErrorKind::module_died;
}

std::string changed_hint(std::string_view function) {
  if (function == "C_InitToken") return "look at the token before trying again: it may be empty, with its new SO PIN";
  if (function == "C_InitPIN" || function == "C_SetPIN")
    return "either PIN may be the right one now; a wrong try counts";
  return "look at the token's keys before trying again";
}

std::string doubt_hint(const ProgressPage::View& where, std::string otherwise) {
  switch (where.commitment) {
    case Commitment::none:
      return otherwise;
    case Commitment::sign:
      return otherwise + "\nthe token's own log tells whether it signed; this program does not repeat it";
    case Commitment::change:
      return otherwise + "\n" + changed_hint(where.function);
  }
  return otherwise;
}

bool output_may_explain(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::module_unusable:
    case ErrorKind::module_died:
    case ErrorKind::outcome_unknown:
    case ErrorKind::late:
      return true;
    case ErrorKind::token_failed:
      break;
    default:
      return false;
  }
  static constexpr std::array<CK_RV, 5> kVague{CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_DEVICE_ERROR,
                                               CKR_HOST_MEMORY, CKR_ARGUMENTS_BAD};
  return error.return_value() && (*error.return_value() >= CKR_VENDOR_DEFINED ||
                                  std::ranges::find(kVague, *error.return_value()) != kVague.end());
}

}  // namespace

milliseconds phase_timeout(const Timeouts& timeouts, Phase phase, bool person_answers) {
  const milliseconds person = person_answers ? timeouts.with_person : milliseconds(0);
  switch (phase) {
    case Phase::initialise:
      return timeouts.initialise;
    case Phase::slots:
      return timeouts.slots;
    case Phase::open:
      return timeouts.open;
    case Phase::login:
      return std::max(timeouts.login, person);
    case Phase::find:
      return timeouts.find;
    case Phase::sign:
      return std::max(timeouts.sign, person);
    case Phase::generate:
      return timeouts.generate;
    default:
      return timeouts.load;
  }
}

Error late_error(const ProgressPage::View& where, std::chrono::nanoseconds limit) {
  const std::string setting(base::name_of(where.phase == Phase::none ? Phase::load : where.phase));
  return {ErrorKind::late, where.phase,
          "the module did not answer within " + seconds(limit) + " " + place(where) + doubt(where),
          doubt_hint(where,
                     "see whether the token is connected and its service runs; a token that needs longer wants a "
                     "larger setting timeouts." +
                         setting)};
}

Error died_error(const ProgressPage::View& where, std::optional<int> wait_status) {
  const int status =
      wait_status && WIFEXITED(*wait_status) && where.phase == Phase::none ? WEXITSTATUS(*wait_status) : 0;
  if (status == kNoDescriptors)
    return {ErrorKind::internal, Phase::load,
            "a process for the module cannot be started: too many files are open for the limit of this process",
            "raise the limit (ulimit -n)"};
  if (status == kCannotExecute)
    return {ErrorKind::internal, Phase::load,
            "a process for the module cannot be started: this program cannot be executed",
            "it executes /proc/self/exe anew, which needs /proc and a file system that is not mounted noexec"};
  return {kind_of_death(where), where.phase,
          std::string(crashed(wait_status) ? "the module crashed " : "the module ended its process ") + place(where) +
              ": " + end_text(wait_status) + doubt(where),
          doubt_hint(where, crash_hint(wait_status))};
}

Error unreadable_error(const ProgressPage::View& where) {
  return {kind_of_death(where), where.phase, "the worker's reply cannot be read" + doubt(where),
          doubt_hint(where, "the module has damaged the memory of the process that runs it")};
}

Error host_gone_error() {
  return {ErrorKind::host_gone, Phase::sign, "nobody is left to take the signature", "nothing was signed"};
}

Error with_details(const Error& error, const std::string& module, const OutputRing& output) {
  std::string hint = error.hint();
  if (output_may_explain(error)) {
    for (const std::string& line : output.last_lines(kShownLines)) {
      if (!hint.empty()) hint += '\n';
      hint += "the module printed: " + line;
    }
  }
  Error detailed(error.kind(), error.phase(), error.message(), std::move(hint));
  if (error.return_value()) detailed = std::move(detailed).with_return_value(*error.return_value());
  detailed = std::move(detailed).with_module(error.module().empty() ? module : error.module());
  return detailed;
}

}  // namespace pkcs11
