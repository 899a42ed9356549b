#include "worker/progress_page.h"

#include <algorithm>
#include <cstring>

#include "base/bytes.h"

namespace pkcs11 {
namespace {

constexpr int kReadAttempts = 100;

std::int64_t nanoseconds_now() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

}  // namespace

void ProgressPage::enter(base::Phase phase, const char* function) {
  const auto number = static_cast<std::uint32_t>(phase);
  version_.fetch_add(1, std::memory_order_acq_rel);
  if (phase_.load(std::memory_order_relaxed) != number) {
    phase_.store(number, std::memory_order_relaxed);
    phase_began_.store(nanoseconds_now(), std::memory_order_relaxed);
    slept_.store(0, std::memory_order_relaxed);
  }
  store_function(function);
  version_.fetch_add(1, std::memory_order_release);
}

void ProgressPage::store_function(const char* function) {
  char text[kFunctionSize] = {};
  std::memcpy(text, function, std::min(std::strlen(function), kFunctionSize - 1));
  for (std::size_t i = 0; i < std::size(function_); ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, text + i * sizeof word, sizeof word);
    function_[i].store(word, std::memory_order_relaxed);
  }
}

std::string ProgressPage::load_function() const {
  char text[kFunctionSize] = {};
  for (std::size_t i = 0; i < std::size(function_); ++i) {
    const std::uint64_t word = function_[i].load(std::memory_order_relaxed);
    std::memcpy(text + i * sizeof word, &word, sizeof word);
  }
  text[kFunctionSize - 1] = '\0';
  return base::printable(text);
}

ProgressPage::View ProgressPage::read() const {
  View view;
  // A worker that was killed while it wrote leaves an odd version for ever; then the last attempt's values do.
  for (int attempt = 0; attempt < kReadAttempts; ++attempt) {
    const std::uint32_t before = version_.load(std::memory_order_acquire);
    const std::uint32_t phase = phase_.load(std::memory_order_relaxed);
    view.phase =
        phase <= static_cast<std::uint32_t>(base::Phase::verify) ? static_cast<base::Phase>(phase) : base::Phase::none;
    view.function = load_function();
    view.phase_began = base::SteadyTime(std::chrono::nanoseconds(phase_began_.load(std::memory_order_relaxed)));
    view.slept = std::chrono::nanoseconds(slept_.load(std::memory_order_relaxed));
    std::atomic_thread_fence(std::memory_order_acquire);
    if (before % 2 == 0 && version_.load(std::memory_order_relaxed) == before) break;
  }
  const std::uint32_t commitment = commitment_.load();
  view.commitment = commitment == static_cast<std::uint32_t>(Commitment::none)   ? Commitment::none
                    : commitment == static_cast<std::uint32_t>(Commitment::sign) ? Commitment::sign
                                                                                 : Commitment::change;
  view.logins = logins_.load();
  view.pin_unsettled = pin_unsettled_.load() != 0;
  view.signatures = signatures_.load();
  view.person_answers = person_answers_.load(std::memory_order_relaxed) != 0;
  return view;
}

// Each side writes its own word first and reads the other's then, in one total order, so at least one sees the other.
bool ProgressPage::commit_to_sign_unless_forbidden() {
  commit(Commitment::sign);
  if (forbidden_.load() == 0) return true;
  commit(Commitment::none);
  return false;
}

bool ProgressPage::forbid_signing() {
  forbidden_.store(1);
  return commitment_.load() != static_cast<std::uint32_t>(Commitment::sign);
}

}  // namespace pkcs11
