#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace pkcs11 {

// What a job has set out to do for good: after that it is never begun again by itself.
enum class Commitment : std::uint32_t { none, sign, change };

// One page of memory that the worker writes and its parent reads, so that the parent can name phase and function of a
// module that hangs. Without locks: either side may be killed at any time. What the parent reads there may have been
// overwritten by a module gone mad, so it is only ever shown or compared.
class ProgressPage {
 public:
  static constexpr std::size_t kFunctionSize = 32;  // with the NUL

  struct View {
    base::Phase phase = base::Phase::none;
    std::string function;               // printable, may be empty
    base::SteadyTime phase_began;       // this machine's steady clock, whatever process reads it
    std::chrono::nanoseconds slept{0};  // in this phase, of our own will, waiting for a busy module
    Commitment commitment = Commitment::none;
    bool person_answers = false;
    std::uint32_t logins = 0;      // how often this worker presented a PIN
    bool pin_unsettled = false;    // the token may have counted the PIN of this job as wrong
    std::uint32_t signatures = 0;  // how often C_Sign was entered for this job, in earlier workers too
  };

  // The worker's side.
  void enter(base::Phase phase, const char* function);
  void add_sleep(std::chrono::nanoseconds duration) { slept_.fetch_add(duration.count(), std::memory_order_relaxed); }
  void set_person_answers() { person_answers_.store(1, std::memory_order_relaxed); }
  void present_pin() {
    logins_.fetch_add(1);
    pin_unsettled_.store(1);
  }
  void settle_pin() { pin_unsettled_.store(0); }
  void count_signature() { signatures_.fetch_add(1); }
  void commit(Commitment commitment) { commitment_.store(static_cast<std::uint32_t>(commitment)); }

  // Either commits to sign and says true, or the parent has forbidden it before and learns that nothing is signed.
  bool commit_to_sign_unless_forbidden();

  // The parent's side.
  View read() const;
  void begin_job() {
    commit(Commitment::none);
    settle_pin();
  }
  void set_signatures(std::uint32_t count) { signatures_.store(count); }
  void set_parent(std::int32_t process) { parent_.store(process); }
  std::int32_t parent() const { return parent_.load(); }

  // No signature from now on. False when the worker was faster and C_Sign may be running.
  bool forbid_signing();

 private:
  using Word = std::atomic<std::uint64_t>;
  static_assert(Word::is_always_lock_free, "two processes share it");
  void store_function(const char* function);
  std::string load_function() const;

  std::atomic<std::uint32_t> version_{0};  // odd while phase, function and times change
  std::atomic<std::uint32_t> phase_{0};
  std::atomic<std::int64_t> phase_began_{0};
  std::atomic<std::int64_t> slept_{0};
  Word function_[kFunctionSize / sizeof(std::uint64_t)]{};
  std::atomic<std::uint32_t> commitment_{0};
  std::atomic<std::uint32_t> forbidden_{0};
  std::atomic<std::uint32_t> person_answers_{0};
  std::atomic<std::int32_t> parent_{0};
  std::atomic<std::uint32_t> logins_{0};
  std::atomic<std::uint32_t> pin_unsettled_{0};
  std::atomic<std::uint32_t> signatures_{0};
};

}  // namespace pkcs11
