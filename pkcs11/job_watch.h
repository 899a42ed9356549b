#pragma once

#include <optional>
#include <vector>

#include "base/clock.h"
#include "pkcs11/progress.h"
#include "pkcs11/token_service.h"

namespace pkcs11 {

// How long each phase took, in the order in which the phases first came.
class PhaseTimes {
 public:
  explicit PhaseTimes(const base::Clock& clock) : clock_(&clock) {}

  void enter(base::Phase phase);
  void stop();
  const std::vector<PhaseTime>& list() const { return list_; }

 private:
  std::chrono::microseconds& duration_of(base::Phase phase);

  const base::Clock* clock_;
  std::vector<PhaseTime> list_;
  std::optional<base::Phase> running_;
  base::SteadyTime since_;
};

// Passes everything on, and remembers whether the job has called something that must not be repeated, and how long its
// phases took.
class JobWatch final : public Progress {
 public:
  // Both outlive the watch; `inner` may be null.
  JobWatch(Progress* inner, const base::Clock& clock);

  // Between loaded() and begin() nothing is called. A job's times start with those of loading.
  void loaded();
  void begin();
  bool committed() const { return committed_; }
  const std::vector<PhaseTime>& times();

  void enter(base::Phase phase, const char* function) override;
  bool may_sign() override;
  bool may_sign_again() override;
  void pin_accepted() override;
  void person_answers() override;

 private:
  Progress* inner_;
  bool committed_ = false;
  PhaseTimes loading_, times_;
};

}  // namespace pkcs11
