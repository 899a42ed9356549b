#include "schema/explain_report.h"

#include <nlohmann/json.hpp>

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const std::vector<ExplainedKey>& keys) {
  Json list = Json::array();
  for (const ExplainedKey& key : keys) {
    Json differences = Json::array();
    for (const Difference& difference : key.differences) {
      differences.push_back(
          {{"attribute", difference.attribute}, {"wanted", difference.wanted}, {"found", difference.found}});
    }
    list.push_back({{"uri", key.uri}, {"keySpec", key.key_spec}, {"differences", std::move(differences)}});
  }
  return list;
}

}  // namespace

std::string encode(const ExplainReport& report) {
  Json settings = Json::array();
  for (const ExplainedSetting& setting : report.settings)
    settings.push_back({{"setting", setting.setting}, {"value", setting.value}, {"origin", setting.origin}});
  const Json json{{"key", report.key},
                  {"uri", report.uri},
                  {"matched", json_of(report.matched)},
                  {"nearly", json_of(report.nearly)},
                  {"remarks", report.remarks},
                  {"problem", report.problem},
                  {"settings", std::move(settings)},
                  {"command", report.command}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace schema
