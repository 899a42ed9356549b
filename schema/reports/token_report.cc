#include "schema/token_report.h"

#include <nlohmann/json.hpp>

namespace schema {
namespace {

using Json = nlohmann::ordered_json;

// Labels come from the token and may hold any bytes.
std::string text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const TokenStateReport& token) {
  return {{"label", token.label},
          {"manufacturer", token.manufacturer},
          {"model", token.model},
          {"serial", token.serial},
          {"uri", token.uri},
          {"slotId", token.slot_id},
          {"slotDescription", token.slot_description},
          {"hardwareVersion", token.hardware_version},
          {"firmwareVersion", token.firmware_version},
          {"initialised", token.initialised},
          {"loginRequired", token.login_required},
          {"writeProtected", token.write_protected},
          {"ownPinPad", token.own_pin_pad},
          {"pin", token.pin},
          {"soPin", token.so_pin},
          {"pinMinimum", token.pin_minimum},
          {"pinMaximum", token.pin_maximum},
          {"refusedPins", token.refused_pins},
          {"refusedSoPins", token.refused_so_pins}};
}

Json json_of(const ModuleReport& module) {
  Json tokens = Json::array();
  for (const TokenStateReport& token : module.tokens)
    tokens.push_back(json_of(token));
  return {{"name", module.name},
          {"path", module.path},
          {"manufacturer", module.manufacturer},
          {"description", module.description},
          {"libraryVersion", module.library_version},
          {"cryptokiVersion", module.cryptoki_version},
          {"interfaceVersion", module.interface_version},
          {"tokens", tokens},
          {"emptySlots", module.empty_slots},
          {"remarks", module.remarks},
          {"fault", module.fault}};
}

}  // namespace

std::string encode(const TokenListReport& report) {
  Json modules = Json::array();
  for (const ModuleReport& module : report.modules)
    modules.push_back(json_of(module));
  return text({{"modules", modules}, {"remarks", report.remarks}});
}

std::string encode(const TokenChangeReport& report) {
  return text({{"module", report.module}, {"token", json_of(report.token)}, {"next", report.next}});
}

std::string encode(const ResetFailuresReport& report) {
  return text({{"module", report.module},
               {"label", report.label},
               {"serial", report.serial},
               {"refusedPins", report.refused_pins},
               {"refusedSoPins", report.refused_so_pins}});
}

}  // namespace schema
