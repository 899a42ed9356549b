#include "job_watch.h"

#include <string_view>
#include <utility>

#include "changes.h"

namespace pkcs11 {

void PhaseTimes::enter(base::Phase phase) {
  stop();
  running_ = phase;
  since_ = clock_->now();
}

void PhaseTimes::stop() {
  if (!running_) return;
  duration_of(*running_) += std::chrono::duration_cast<std::chrono::microseconds>(clock_->now() - since_);
  running_.reset();
}

std::chrono::microseconds& PhaseTimes::duration_of(base::Phase phase) {
  for (PhaseTime& time : list_) {
    if (time.phase == base::name_of(phase)) return time.duration;
  }
  list_.push_back({std::string(base::name_of(phase)), {}});
  return list_.back().duration;
}

JobWatch::JobWatch(Progress* inner, const base::Clock& clock) : inner_(inner), loading_(clock), times_(clock) {}

void JobWatch::loaded() {
  times_.stop();
  loading_ = times_;
}

void JobWatch::begin() {
  committed_ = false;
  times_ = loading_;
}

const std::vector<PhaseTime>& JobWatch::times() {
  times_.stop();
  return times_.list();
}

void JobWatch::enter(base::Phase phase, const char* function) {
  times_.enter(phase);
  committed_ = committed_ || std::string_view(function) == "C_Sign" || changes_token(function);
  if (inner_ != nullptr) inner_->enter(phase, function);
}

bool JobWatch::may_sign() {
  return inner_ == nullptr || inner_->may_sign();
}

bool JobWatch::may_sign_again() {
  return inner_ == nullptr || inner_->may_sign_again();
}

void JobWatch::pin_accepted() {
  if (inner_ != nullptr) inner_->pin_accepted();
}

void JobWatch::person_answers() {
  if (inner_ != nullptr) inner_->person_answers();
}

}  // namespace pkcs11
