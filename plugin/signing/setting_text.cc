#include "setting_text.h"

#include <array>
#include <cstdio>

#include "base/bytes.h"

namespace signing {

std::string text_of(const std::string& value) {
  return base::printable(value, 4096);
}

std::string text_of(bool value) {
  return value ? "true" : "false";
}

std::string text_of(unsigned long value) {
  constexpr unsigned long kUser = 1;
  if (value == kUser) return "user";
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%lx", value);
  return text.data();
}

std::string text_of(std::chrono::milliseconds value) {
  const auto count = value.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

std::string text_of(const pkcs11::Quirks& value) {
  std::string text;
  for (const std::string_view name : pkcs11::all_quirk_names()) {
    const auto quirk = pkcs11::find_quirk(name);
    if (quirk && value.has(*quirk)) text += (text.empty() ? "" : ", ") + std::string(name);
  }
  return text;
}

std::string text_of(const schema::LeafExpiry& value) {
  return std::string(value.refuse ? "refuse " : "warn ") + std::to_string(value.days) + " days before";
}

std::string text_of(schema::AuditMode value) {
  return value == schema::AuditMode::required ? "required" : value == schema::AuditMode::on ? "on" : "off";
}

}  // namespace signing
