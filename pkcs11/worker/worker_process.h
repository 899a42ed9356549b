#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>

#include "pkcs11/worker.h"
#include "worker/output_ring.h"
#include "worker/progress_page.h"

namespace pkcs11 {

// Where a worker finds what it needs, in every worker.
inline constexpr int kWorkerSocket = 3;
inline constexpr int kWorkerPage = 4;

// How a worker ends that could not execute the program; shells use it for the same.
inline constexpr int kCannotExecute = 126;

// Likewise, when the limit of open files leaves no room for its descriptors.
inline constexpr int kNoDescriptors = 125;

// How long a module may take to close its sessions and finalise.
inline constexpr std::chrono::milliseconds kLeaveTime{2000};

// The parent's end of a worker.
struct WorkerLink {
  WorkerLink() = default;
  WorkerLink(const WorkerLink&) = delete;
  WorkerLink& operator=(const WorkerLink&) = delete;
  ~WorkerLink();  // kills and reaps

  // Takes in what the module has printed; does not wait. At most a few pipes full, so that a module that prints without
  // end does not keep us.
  void drain(OutputRing& ring) const;

  // Waits for the worker's end, taking in its output meanwhile; the wait status, or nothing when it still runs.
  std::optional<int> wait(std::chrono::milliseconds longest, OutputRing& ring);

  // The wait status of a worker that is no more.
  int kill_and_reap();

  bool reaped() const { return status_.has_value(); }

  pid_t process = 0;
  int process_descriptor = -1;  // readable when the process has ended; -1 before Linux 5.3
  int socket = -1;              // does not block
  int output = -1;              // does not block
  ProgressPage* page = nullptr;

 private:
  bool try_reap(int flags);
  std::optional<int> status_;
};

// The child's side: runs jobs until the parent shuts the socket. Signals and descriptors are in place.
[[noreturn]] void run_worker();

// What a worker does with signals, core dumps and standard output; before run_worker().
void prepare_worker();

}  // namespace pkcs11
