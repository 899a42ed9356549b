#include "schema/doctor_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(CheckState state) {
  switch (state) {
    case CheckState::passed:
      return "passed";
    case CheckState::warning:
      return "warning";
    case CheckState::failed:
      return "failed";
    case CheckState::not_checked:
      return "not-checked";
  }
  return "";
}

Json json_of(const DoctorCheck& check) {
  return {{"check", check.check},
          {"state", name_of(check.state)},
          {"text", check.text},
          {"details", check.details},
          {"fix", check.fix.empty() ? Json(nullptr) : Json(check.fix)}};
}

}  // namespace

bool DoctorReport::healthy() const {
  return std::none_of(checks.begin(), checks.end(),
                      [](const DoctorCheck& check) { return check.state == CheckState::failed; });
}

std::string encode(const DoctorReport& report) {
  Json checks = Json::array();
  for (const DoctorCheck& check : report.checks)
    checks.push_back(json_of(check));
  const Json json{
      {"healthy", report.healthy()}, {"key", report.key}, {"module", report.module}, {"checks", std::move(checks)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace schema
