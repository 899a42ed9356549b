#include "token/report.h"

#include "base/bytes.h"

namespace operators {
namespace {

std::string pin_state(const pkcs11::TokenState& token) {
  if (!token.initialised || !token.user_pin_set) return "not set";
  if (token.pin_locked) return "locked";
  if (token.pin_to_be_changed) return "to be changed";
  if (token.pin_final_try) return "final try";
  return token.pin_count_low ? "count low" : "set";
}

std::string so_pin_state(const pkcs11::TokenState& token) {
  if (!token.initialised) return "not set";
  if (token.so_pin_locked) return "locked";
  if (token.so_pin_final_try) return "final try";
  return token.so_pin_count_low ? "count low" : "set";
}

// The states as a sentence; what "count low" means nobody can know.
std::string in_words(const std::string& state) {
  if (state == "count low") return "set, a wrong one was tried since the last right one";
  if (state == "final try") return "set, ONE TRY IS LEFT";
  if (state == "locked") return "LOCKED";
  if (state == "to be changed") return "to be changed before it can be used";
  return state;
}

std::string refused(unsigned count, const std::string& whose) {
  if (count == 0) return {};
  return "    the last " + (count == 1 ? "try" : std::to_string(count) + " tries") + " of the " + whose +
         (count == 1 ? " from here was refused\n" : " from here were refused\n");
}

std::string versions(const schema::TokenStateReport& token) {
  std::string text;
  if (!token.firmware_version.empty()) text += ", firmware " + base::printable(token.firmware_version);
  if (!token.hardware_version.empty()) text += ", hardware " + base::printable(token.hardware_version);
  return text;
}

std::string pins(const schema::TokenStateReport& token) {
  std::string text = "    PIN: " + in_words(token.pin);
  if (token.pin_maximum != 0)
    text += "; " + std::to_string(token.pin_minimum) + " to " + std::to_string(token.pin_maximum) + " characters";
  text += "\n    SO PIN: " + in_words(token.so_pin) + "\n";
  return text + refused(token.refused_pins, "PIN") + refused(token.refused_so_pins, "SO PIN");
}

std::string flags(const schema::TokenStateReport& token) {
  std::string text = token.login_required ? "login required" : "usable without a login";
  if (token.own_pin_pad) text += ", PIN pad of its own";
  if (token.write_protected) text += ", write-protected";
  return "    " + text + "\n";
}

}  // namespace

pkcs11::Uri uri_of(const pkcs11::TokenState& token) {
  pkcs11::Uri uri;
  if (!token.initialised) {
    uri.slot_id = token.slot_id;
    return uri;
  }
  uri.token = token.label;
  if (!token.serial.empty()) uri.serial = token.serial;
  return uri;
}

schema::TokenStateReport report(const pkcs11::TokenState& token, const signing::PinStep::Forgotten& refused) {
  schema::TokenStateReport report;
  report.label = token.label;
  report.manufacturer = token.manufacturer;
  report.model = token.model;
  report.serial = token.serial;
  report.uri = pkcs11::format_uri(uri_of(token));
  report.slot_id = token.slot_id;
  report.slot_description = token.slot_description;
  report.hardware_version = token.hardware_version;
  report.firmware_version = token.firmware_version;
  report.initialised = token.initialised;
  report.login_required = token.login_required;
  report.write_protected = token.write_protected;
  report.own_pin_pad = token.own_pin_pad;
  report.pin = pin_state(token);
  report.so_pin = so_pin_state(token);
  report.pin_minimum = token.pin_min;
  report.pin_maximum = token.pin_max;
  report.refused_pins = refused.user;
  report.refused_so_pins = refused.security_officer;
  return report;
}

std::string text_of(const schema::TokenStateReport& token) {
  const std::string made = "    " + base::printable(token.manufacturer) + " " + base::printable(token.model) +
                           versions(token) + "\n    slot " + std::to_string(token.slot_id) +
                           (token.slot_description.empty() ? "" : ": ") + base::printable(token.slot_description) +
                           "\n";
  if (!token.initialised) return "  token that is not initialised\n    " + token.uri + "\n" + made;
  return "  token " + base::quoted(token.label) + "\n    " + token.uri + "\n" + made + flags(token) + pins(token);
}

}  // namespace operators
