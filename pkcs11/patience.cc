#include "patience.h"

#include <algorithm>
#include <array>

namespace pkcs11 {

using std::chrono::milliseconds;

void Patience::renew() {
  used_ = milliseconds(0);
  attempts_ = 0;
}

bool Patience::wait() {
  static constexpr std::array kSteps{milliseconds(200), milliseconds(500), milliseconds(1000), milliseconds(2000)};
  const milliseconds step = std::min(kSteps[std::min<std::size_t>(attempts_, kSteps.size() - 1)], allowance_ - used_);
  if (step <= milliseconds(0)) return false;
  clock_.sleep_for(step);
  used_ += step;
  ++attempts_;
  return true;
}

}  // namespace pkcs11
