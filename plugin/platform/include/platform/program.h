#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace platform {

struct ProgramOrder {
  std::vector<std::string> command;                // argv; the first is an absolute path, no shell is involved
  std::map<std::string, std::string> environment;  // all of it
  std::string input;                               // standard input, then its end
  std::chrono::milliseconds timeout{30'000};
  std::size_t output_limit = 65'536;  // bytes on standard output
};

struct ProgramResult {
  int exit_status = 0;    // 128 and the signal's number when a signal ended it
  bool late = false;      // it was killed at the deadline
  bool too_long = false;  // it was killed because it wrote more than the limit
  std::string output;     // may be secret: no other copy of it is left in memory
  std::string errors;     // the last 4 KiB of standard error, as they came
};

// Runs a program in a session of its own, without a terminal, with descriptors of its own (0, 1 and 2; all others
// closed) and default signal handling; kills its process group at the deadline and when its leader has ended, so that
// nothing stays behind and an inherited descriptor of a grandchild keeps nobody waiting. When this process is killed,
// the program may go on, but its leader gets SIGALRM a second after the deadline.
//
// Error(invalid_settings, phase approval) when the program is not a regular file that can be run, or belongs to
// somebody else than root and the user, or others may write it; Error(service_failed, phase approval) when the machine
// has no process or descriptor for it. SIGPIPE must be ignored (platform/hardening.h).
ProgramResult run_program(const ProgramOrder& order);

// The variables named in `names`, and PATH, HOME, LANG and TZ, as far as they are set.
std::map<std::string, std::string> pick_environment(const std::vector<std::string>& names);

}  // namespace platform
