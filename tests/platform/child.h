#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

// What a process said and how it ended: "exit 0", "signal 15".
struct Outcome {
  std::string said;
  std::string end;
};

// Runs the action in a forked child. What it returns is said; a base::Error is said as "kind N: message | hint".
Outcome in_child(const std::function<std::string()>& action);

// The same as uid 65534 when the test runs as root, so that permissions count; else as the user of the test.
Outcome as_ordinary_user(const std::function<std::string()>& action);

// The text for an action that may throw.
std::string result_of(const std::function<std::string()>& action);

// Undoes the signal handlers of the test program, so that a forked child reacts to signals as any program does.
void forget_signal_handlers();

// How a process ended, waiting for it.
std::string end_of(pid_t process);

// Everything up to the end of the input.
std::string read_all(int descriptor);

bool is_root();
