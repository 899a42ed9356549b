#include "settings_text.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"

namespace schema {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_environment_name(std::string_view name) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !name.empty() && kDigits.find(name.front()) == std::string_view::npos &&
         name.find_first_not_of(kCharacters) == std::string_view::npos;
}

}  // namespace

std::string fault_in_text(std::string_view text) {
  if (text.empty()) return "is empty";
  if (std::any_of(text.begin(), text.end(), is_control)) return "holds a control character";
  if (!base::is_utf8(text)) return "is not UTF-8";
  return {};
}

std::string fault_in_path(std::string_view path) {
  if (std::string fault = fault_in_text(path); !fault.empty()) return fault;
  if (path.front() == '~') return "begins with ~, which is not expanded here; write the whole path";
  return {};
}

std::string fault_in_module(std::string_view path) {
  if (std::string fault = fault_in_path(path); !fault.empty()) return fault;
  if (path.front() != '/') return "must be the absolute path of a PKCS#11 library";
  return {};
}

std::string fault_in_pin_source(std::string_view text) {
  constexpr std::string_view kEnvironment = "env:";
  constexpr std::string_view kFile = "file:";
  if (text == "prompt") return {};
  if (text.starts_with(kEnvironment)) {
    return is_environment_name(text.substr(kEnvironment.size())) ? "" : "must name an environment variable after env:";
  }
  if (text.starts_with(kFile)) return fault_in_path(text.substr(kFile.size()));
  if (text.starts_with("credential:")) return "credential: is not a PIN source that this release reads";
  return "must be env:NAME, file:PATH or prompt; it names where the PIN is, never the PIN itself";
}

bool names_a_pin(std::string_view name) {
  constexpr std::array<std::string_view, 6> kTelling{"password", "passphrase", "passwd",
                                                     "passcode", "secret",     "pinvalue"};
  const std::string text = base::folded(name);
  if (text.ends_with("pin") || text == "pincode") return true;
  return std::any_of(kTelling.begin(), kTelling.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

bool is_unsupported_setting(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames{"approval",    "approval_wait", "audit",
                                                   "pin_command", "so_pin_source", "tokens"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace schema
