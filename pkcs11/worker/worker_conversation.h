#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "pkcs11/key_service.h"
#include "worker/output_ring.h"
#include "worker/wire_messages.h"
#include "worker/worker_process.h"

namespace pkcs11 {

// Who waits for a signature, as IsolatedOptions has it.
struct HostWatch {
  std::function<bool()> is_there;  // empty: somebody is
  int descriptor = -1;
};

inline constexpr std::chrono::milliseconds kTickTime{500};

// What one worker is told and answers, with an eye on the time that each phase takes. Errors are without the module's
// path and output, which the service adds.
class WorkerConversation {
 public:
  // All of these outlive the conversation.
  WorkerConversation(WorkerLink& worker, const Timeouts& timeouts, OutputRing& output);

  // Hands a request over as far as the worker takes it without waiting. What comes of it shows in the next ask().
  void tell(wire::Buffer request);

  // Hands a request over and waits for the reply. With `host` it asks at times whether that is still there. Errors:
  // late and module_died or outcome_unknown (the worker is dead then), host_gone, internal (no new process).
  wire::Reply ask(wire::Buffer request, const HostWatch* host);

  // Called about every kTickTime while ask() waits.
  void set_tick(std::function<void()> tick) { tick_ = std::move(tick); }

  // The token of the current job has a PIN pad of its own.
  void expect_person() { person_answers_ = true; }

 private:
  // The reply is there, or it will not come.
  enum class Heard { nothing, reply, end };

  void write_pending();
  Heard read_reply();
  wire::Reply decoded();
  void wait_for_worker(const HostWatch* host);
  std::chrono::milliseconds until_deadline();
  std::chrono::nanoseconds allowed(const ProgressPage::View& view) const;
  void tick();
  void look_after_host(const HostWatch& host);
  [[noreturn]] void fail_dead();
  [[noreturn]] void fail_unreadable();
  wire::Reply late_reply_or_fail();

  WorkerLink& worker_;
  const Timeouts& timeouts_;
  OutputRing& output_;
  wire::Buffer pending_;
  std::size_t sent_ = 0;
  wire::Buffer received_;
  base::SteadyTime last_look_;
  base::SteadyTime phase_began_;      // by this process's judgement
  base::SteadyTime announced_began_;  // as the worker says
  std::function<void()> tick_;
  base::SteadyTime ticked_;
  bool person_answers_ = false;
  bool output_closed_ = false;
  bool signing_forbidden_ = false;
};

}  // namespace pkcs11
