#include "base/duration_text.h"

#include <array>

namespace base {

std::string duration_text(std::chrono::seconds duration) {
  struct Unit {
    std::chrono::seconds length;
    const char* name;
  };
  static constexpr std::array<Unit, 3> kUnits{
      {{std::chrono::hours(24), "day"}, {std::chrono::hours(1), "hour"}, {std::chrono::minutes(1), "minute"}}};
  Unit unit{std::chrono::seconds(1), "second"};
  for (const Unit& larger : kUnits) {
    if (duration.count() == 0 || duration % larger.length != std::chrono::seconds(0)) continue;
    unit = larger;
    break;
  }
  const auto number = duration / unit.length;
  return std::to_string(number) + " " + unit.name + (number == 1 ? "" : "s");
}

}  // namespace base
