#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

// What `doctor --report` writes for us to read: how a module and its tokens behave, and nothing that tells whose they
// are. No label, serial number, id, key, path or user name has a place here. Members are only ever added.
namespace schema {

struct ProbedMechanism {
  std::string name;  // "CKM_ECDSA", or the number
  unsigned long min = 0, max = 0, flags = 0;
};

struct ProbedAttribute {
  std::string name;   // "CKA_SENSITIVE"
  std::string value;  // "true" or "false"; "shown" for any other value
};

struct ProbedKey {
  std::string key_spec;
  struct Object {
    std::string type;  // "private key"
    std::vector<ProbedAttribute> attributes;
  };
  std::vector<Object> objects;
  std::vector<std::string> mechanisms;  // with which it would sign, the first choice first
};

struct ProbedTokenReport {
  std::string manufacturer, model, hardware_version, firmware_version;
  std::vector<std::string> flags;  // "login-required"
  unsigned long pin_min = 0, pin_max = 0;
  std::vector<ProbedMechanism> mechanisms;
  std::vector<ProbedKey> keys;  // as far as they are visible
  std::size_t unread_keys = 0;
};

struct ProbeTime {
  std::string phase;
  std::chrono::microseconds duration{0};
};

struct TokenProbeReport {
  std::string product_version;
  std::string file_name;  // of the module, without its folder
  std::string manufacturer, description, library_version, cryptoki_version, interface_version;
  std::vector<std::string> quirks;  // as set
  std::vector<ProbedTokenReport> tokens;
  std::size_t empty_slots = 0, unreadable_slots = 0;
  std::vector<ProbeTime> times;
};

std::string encode(const TokenProbeReport& report);

}  // namespace schema
