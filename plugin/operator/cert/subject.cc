#include "cert/subject.h"

#include <string>
#include <utility>

#include "base/error.h"

namespace operators {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& cause) {
  throw base::Error(base::ErrorKind::invalid_settings, base::Phase::settings,
                    "--subject " + base::quoted(text) + ": " + cause,
                    "write it like 'CN=release,O=Example,C=CH'; types are CN, OU, O, L, ST and C");
}

std::string* field_for(trust::Subject& subject, std::string_view type) {
  const std::pair<std::string_view, std::string*> fields[] = {
      {"CN", &subject.common_name}, {"OU", &subject.organizational_unit},
      {"O", &subject.organization}, {"L", &subject.locality},
      {"ST", &subject.state},       {"C", &subject.country}};
  for (const auto& [name, field] : fields) {
    if (name == type) return field;
  }
  return nullptr;
}

}  // namespace

trust::Subject parse_subject(std::string_view text) {
  trust::Subject subject;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t equals = text.find('=', at);
    if (equals == std::string_view::npos) refuse(text, "'=' is missing after an attribute type");
    std::string_view type = text.substr(at, equals - at);
    while (type.starts_with(' '))
      type.remove_prefix(1);
    std::string* field = field_for(subject, type);
    if (field == nullptr) refuse(text, "attribute type " + base::quoted(type) + " is not known");
    if (!field->empty()) refuse(text, "attribute type " + std::string(type) + " stands twice");
    for (at = equals + 1; at < text.size() && text[at] != ','; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      *field += text[at];
    }
    if (field->empty()) refuse(text, "attribute type " + std::string(type) + " has no value");
    ++at;
  }
  if (subject.common_name.empty()) refuse(text, "CN is missing");
  return subject;
}

}  // namespace operators
