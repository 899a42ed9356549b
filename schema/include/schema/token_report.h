#pragma once

#include <optional>
#include <string>
#include <vector>

// What the commands on whole tokens say with --json. Members are only ever added.
namespace schema {

struct TokenStateReport {
  std::string label, manufacturer, model, serial;
  std::string uri;  // of the token alone; by its slot when it is not initialised
  unsigned long slot_id = 0;
  std::string slot_description, hardware_version, firmware_version;
  bool initialised = false, login_required = false, write_protected = false, own_pin_pad = false;
  // "set", "not set", "count low", "final try", "locked", "to be changed"; the SO PIN of an initialised token is always
  // set, and tokens do not tell when it is to be changed.
  std::string pin, so_pin;
  unsigned long pin_minimum = 0, pin_maximum = 0;  // bytes; 0: the token does not say
  unsigned refused_pins = 0, refused_so_pins = 0;  // in a row, as this user's runs have counted
};

struct ModuleReport {
  std::string name;  // at p11-kit, empty when the path was given
  std::string path;
  std::string manufacturer, description, library_version, cryptoki_version, interface_version;
  std::vector<TokenStateReport> tokens;
  std::size_t empty_slots = 0;
  std::vector<std::string> remarks;  // slots that could not be read
  std::string fault;                 // why there is nothing but the path; else empty
};

struct TokenListReport {
  std::vector<ModuleReport> modules;
  std::vector<std::string> remarks;  // registrations that could not be read
};

// A token that was initialised or whose PIN was set.
struct TokenChangeReport {
  std::string module;
  TokenStateReport token;  // afterwards
  std::string next;        // the command that comes next, empty when there is none
};

struct ResetFailuresReport {
  std::string module, label, serial;
  unsigned refused_pins = 0, refused_so_pins = 0;  // what was counted until then
};

std::string encode(const TokenListReport& report);
std::string encode(const TokenChangeReport& report);
std::string encode(const ResetFailuresReport& report);

}  // namespace schema
