#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "platform/descriptor.h"

namespace platform {

// A program that runs. Its number is the one of its session and process group as well, and stays taken until reap().
class RunningProgram {
 public:
  // Returns once the program's own code runs. `file` is what is run, `command` its argv, `environment` all of it. After
  // `alarm` the program gets SIGALRM from the kernel. Errors as run_program.
  RunningProgram(const std::string& file, const std::vector<std::string>& command,
                 const std::map<std::string, std::string>& environment, std::chrono::seconds alarm);
  ~RunningProgram();  // kills and reaps
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  // Readable once the program has ended; -1 where the kernel has no such descriptors (before Linux 5.3).
  int end_watch() const { return end_watch_.number(); }
  bool has_ended() const;

  // Kills whatever is left of the process group and returns the wait status of the program.
  int reap();

  Descriptor input, output, errors;  // our ends of its pipes, non-blocking

 private:
  pid_t process_ = -1;
  Descriptor end_watch_;
};

}  // namespace platform
