#include "schema/enroll_report.h"

#include <nlohmann/json.hpp>

namespace schema {

std::string_view name_of(EnrollState state) {
  switch (state) {
    case EnrollState::done:
      return "done";
    case EnrollState::kept:
      return "kept";
    case EnrollState::open:
      return "open";
    case EnrollState::left_out:
      return "left out";
  }
  return "";
}

std::string encode(const EnrollReport& report) {
  using Json = nlohmann::ordered_json;
  Json steps = Json::array();
  for (const EnrollStep& step : report.steps)
    steps.push_back({{"name", step.name}, {"state", name_of(step.state)}, {"detail", step.detail}});
  const Json json = {{"name", report.name},
                     {"uri", report.uri},
                     {"keySpec", report.key_spec},
                     {"spkiSha256", report.spki_sha256},
                     {"steps", steps},
                     {"requestFile", report.request_file},
                     {"chainFile", report.chain_file},
                     {"registerCommand", report.register_command},
                     {"next", report.next}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace schema
