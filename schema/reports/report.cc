#include "schema/report.h"

#include <nlohmann/json.hpp>

#include "descriptor_json.h"

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

// Labels come from the token and may hold any bytes.
std::string text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const RequestReport& request) {
  return {{"id", request.id},
          {"serviceId", request.service_id},
          {"state", request.state},
          {"waitedFor", request.waited_for},
          {"key", {{"name", request.key_name}, {"sha256", request.key_sha256}, {"spec", request.key_spec}}},
          {"artifact", descriptor_json<Json>(request.artifact)},
          {"signingScheme", request.signing_scheme},
          {"lifetime", request.lifetime ? Json(request.lifetime->count()) : Json(nullptr)},
          {"created", request.created},
          {"expires", request.expires},
          {"permittedUntil", request.permitted_until},
          {"backend", request.backend},
          {"place", request.place},
          {"where", request.where},
          {"approved", request.approved},
          {"missing", request.missing},
          {"refused", request.refused},
          {"reason", request.reason}};
}

}  // namespace

std::string encode(const RequestReport& report) {
  return text(json_of(report));
}

std::string encode(const std::vector<RequestReport>& reports) {
  Json requests = Json::array();
  for (const RequestReport& report : reports)
    requests.push_back(json_of(report));
  return text({{"requests", requests}});
}

}  // namespace schema
