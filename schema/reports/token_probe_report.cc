#include "schema/token_probe_report.h"

#include <nlohmann/json.hpp>

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const ProbedKey& key) {
  Json objects = Json::array();
  for (const ProbedKey::Object& object : key.objects) {
    Json attributes = Json::object();
    for (const ProbedAttribute& attribute : object.attributes)
      attributes[attribute.name] = attribute.value;
    objects.push_back({{"type", object.type}, {"attributes", std::move(attributes)}});
  }
  return {{"keySpec", key.key_spec}, {"objects", std::move(objects)}, {"mechanisms", key.mechanisms}};
}

Json json_of(const ProbedTokenReport& token) {
  Json mechanisms = Json::array(), keys = Json::array();
  for (const ProbedMechanism& one : token.mechanisms)
    mechanisms.push_back({{"name", one.name}, {"min", one.min}, {"max", one.max}, {"flags", one.flags}});
  for (const ProbedKey& key : token.keys)
    keys.push_back(json_of(key));
  return {{"manufacturer", token.manufacturer},
          {"model", token.model},
          {"hardwareVersion", token.hardware_version},
          {"firmwareVersion", token.firmware_version},
          {"flags", token.flags},
          {"pinMin", token.pin_min},
          {"pinMax", token.pin_max},
          {"mechanisms", std::move(mechanisms)},
          {"keys", std::move(keys)},
          {"unreadKeys", token.unread_keys}};
}

}  // namespace

std::string encode(const TokenProbeReport& report) {
  Json tokens = Json::array(), times = Json::array();
  for (const ProbedTokenReport& token : report.tokens)
    tokens.push_back(json_of(token));
  for (const ProbeTime& time : report.times)
    times.push_back({{"phase", time.phase}, {"microseconds", time.duration.count()}});
  const Json json{{"report", "notation-pkcs11 token report"},
                  {"version", 1},
                  {"productVersion", report.product_version},
                  {"module",
                   {{"fileName", report.file_name},
                    {"manufacturer", report.manufacturer},
                    {"description", report.description},
                    {"libraryVersion", report.library_version},
                    {"cryptokiVersion", report.cryptoki_version},
                    {"interfaceVersion", report.interface_version},
                    {"quirks", report.quirks}}},
                  {"tokens", std::move(tokens)},
                  {"emptySlots", report.empty_slots},
                  {"unreadableSlots", report.unreadable_slots},
                  {"times", std::move(times)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace schema
