#include "cert/names.h"

#include <utility>

#include "base/error.h"

namespace operators {

trust::AlternativeName parse_name(const std::string& text) {
  using trust::NameKind;
  constexpr std::pair<std::string_view, NameKind> kKinds[] = {
      {"dns:", NameKind::dns}, {"email:", NameKind::email}, {"uri:", NameKind::uri}, {"ip:", NameKind::ip}};
  for (const auto& [beginning, kind] : kKinds) {
    if (text.starts_with(beginning)) return {kind, text.substr(beginning.size())};
  }
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    "--san " + base::quoted(text) + ": it begins with none of dns:, email:, uri: and ip:",
                    "write it like dns:build.example.com");
}

}  // namespace operators
