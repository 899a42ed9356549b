#include "pkcs11/quirks.h"

#include <array>
#include <utility>

namespace pkcs11 {
namespace {

constexpr std::array<std::pair<Quirk, std::string_view>, 9> kNames = {{
    {Quirk::no_finalize, "no-finalize"},
    {Quirk::deepbind, "deepbind"},
    {Quirk::rw_session, "rw-session"},
    {Quirk::no_allowed_mechanisms, "no-allowed-mechanisms"},
    {Quirk::force_login, "force-login"},
    {Quirk::never_login, "never-login"},
    {Quirk::context_login, "context-login"},
    {Quirk::hashed_mechanisms_first, "hashed-mechanisms-first"},
    {Quirk::serial_ignored, "serial-ignored"},
}};

constexpr unsigned bit(Quirk quirk) {
  return 1U << static_cast<unsigned>(quirk);
}

}  // namespace

void Quirks::set(Quirk quirk) {
  bits_ |= bit(quirk);
}

bool Quirks::has(Quirk quirk) const {
  return (bits_ & bit(quirk)) != 0;
}

Quirks Quirks::from_bits(unsigned bits) {
  Quirks quirks;
  for (const auto& [quirk, name] : kNames) {
    if ((bits & bit(quirk)) != 0) quirks.set(quirk);
  }
  return quirks;
}

std::string_view name_of(Quirk quirk) {
  for (const auto& [candidate, name] : kNames) {
    if (candidate == quirk) return name;
  }
  return {};
}

std::optional<Quirk> find_quirk(std::string_view name) {
  for (const auto& [quirk, candidate] : kNames) {
    if (candidate == name) return quirk;
  }
  return std::nullopt;
}

std::vector<std::string_view> all_quirk_names() {
  std::vector<std::string_view> names;
  names.reserve(kNames.size());
  for (const auto& [quirk, name] : kNames)
    names.push_back(name);
  return names;
}

}  // namespace pkcs11
