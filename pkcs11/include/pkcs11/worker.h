#pragma once

#include <sys/types.h>

#include <memory>
#include <string_view>

namespace pkcs11 {

struct WorkerLink;

// The second word of the command line of a worker that start_anew() made; no word for people.
inline constexpr std::string_view kWorkerWord = "worker";

// A child process that will run one PKCS#11 module for us and obey one IsolatedService. It has descriptors of its own
// for 0, 1 and 2 and none of ours, leaves no core dump, and ends when this process does: after closing its sessions if
// it can, after 2 s in any case.
class WorkerProcess {
 public:
  // The first thing in main, before any thread, library state or secret exists: the child starts from what this process
  // holds at that moment. Returns in the parent alone. Also sets SIGCHLD to its default, so that children can be
  // reaped. Errors: internal (no process or descriptor to be had).
  static WorkerProcess fork_first();

  // Executes this very program anew with kWorkerWord, at any later time; call it from a thread that lives on. Errors:
  // as fork_first. A program that cannot be executed shows as a worker that died.
  static WorkerProcess start_anew();

  WorkerProcess();  // no process
  WorkerProcess(WorkerProcess&& other) noexcept;
  WorkerProcess& operator=(WorkerProcess&& other) noexcept;
  ~WorkerProcess();  // kills and reaps

  bool exists() const noexcept { return link_ != nullptr; }
  pid_t id() const noexcept;  // 0 without a process

 private:
  friend class IsolatedService;
  explicit WorkerProcess(std::unique_ptr<WorkerLink> link);
  std::unique_ptr<WorkerLink> link_;
};

// True for the command line that start_anew() uses. main asks before anything else.
bool is_worker_command(int argc, const char* const* argv);

// What main does then. Does not come back when the descriptors of a worker are in place; else a line on standard error
// and the exit status for a wrong command line.
int run_worker_command();

// Overwrites the value of an environment variable where it stands, so that neither this process's memory nor a child
// has it; the variable is left empty. Nothing happens when it is not set.
void forget_environment_secret(const char* name);

}  // namespace pkcs11
