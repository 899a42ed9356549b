// Adds lines to the audit log of $XDG_STATE_HOME and acknowledges each with one line on standard output,
// "SEQUENCE:HASH", when the call has returned: audit_probe COUNT SIZE WRITER. A line is about SIZE bytes longer than
// the shortest. WRITER: "whole" writes as the product does, "slow" a few bytes at a time, so that a kill in mid-write
// is likely. A line that cannot be added is told on standard error; the status is then 3.

#include <sched.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "base/error.h"
#include "platform/descriptor.h"
#include "signing/audit_log.h"

namespace {

int write_slowly(int descriptor, std::string_view text) noexcept {
  constexpr std::size_t kAtOnce = 40;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, kAtOnce);
    if (const int failure = platform::write_everything(descriptor, part)) return failure;
    text.remove_prefix(part.size());
    (void)::sched_yield();
  }
  return 0;
}

schema::AuditIntent intent(int number, std::size_t size) {
  schema::AuditIntent intent;
  intent.subject.key_name = "probe " + std::to_string(::getpid()) + " " + std::to_string(number);
  intent.subject.approval_request = "1";
  intent.subject.approval_evidence = '"' + std::string(size, 'x') + '"';
  return intent;
}

int run(int count, std::size_t size, const platform::AuditFile::Calls& calls) {
  const platform::StateFolderSearch state = platform::StateFolderSearch::open();
  if (!state.folder) {
    std::cerr << state.reason << "\n";
    return 4;
  }
  int status = 0;
  for (int i = 0; i < count; ++i) {
    try {
      const auto head =
          signing::add_audit_line(*state.folder, intent(i, size), base::system_clock().wall(), calls).head;
      (void)platform::write_everything(STDOUT_FILENO, std::to_string(head.sequence) + ":" + head.hash + "\n");
    } catch (const base::Error& error) {
      std::cerr << error.message() << "\n";
      status = 3;
    }
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  (void)std::signal(SIGXFSZ, SIG_IGN);
  const platform::AuditFile::Calls slow{write_slowly, platform::AuditFile::real_calls().sync};
  const bool is_slow = std::string(argv[3]) == "slow";
  return run(std::atoi(argv[1]), static_cast<std::size_t>(std::atoi(argv[2])),
             is_slow ? slow : platform::AuditFile::real_calls());
}
