#include "trust/policy_subject.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "distinguished_name.h"

namespace trust {
namespace {

constexpr std::array kRequired{"C", "ST", "O"};
constexpr std::string_view kSpecial = ",+\"\\<>;";

std::vector<NameAttribute> attributes_of(base::ByteView name) {
  const std::string object = "the certificate";
  der::Reader reader(name, object);
  return name_attributes(reader.read(der::kSequence, "the subject"), "the subject");
}

std::vector<NameAttribute> attributes_of(const Subject& subject) {
  std::vector<NameAttribute> attributes;
  const std::array<std::pair<const char*, const std::string*>, 6> parts{{{"C", &subject.country},
                                                                         {"ST", &subject.state},
                                                                         {"L", &subject.locality},
                                                                         {"O", &subject.organization},
                                                                         {"OU", &subject.organizational_unit},
                                                                         {"CN", &subject.common_name}}};
  for (const auto& [type, value] : parts) {
    if (!value->empty()) attributes.push_back({type, *value});
  }
  return attributes;
}

// RFC 4514 section 2.4, control characters in hexadecimal.
std::string escaped(const std::string& value) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const char letter = value[at];
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x20 || byte == 0x7f) {
      text += {'\\', kDigits[byte >> 4], kDigits[byte & 0xf]};
      continue;
    }
    const bool at_an_end = at == 0 || at + 1 == value.size();
    const bool special =
        kSpecial.find(letter) != std::string_view::npos || (letter == ' ' && at_an_end) || (letter == '#' && at == 0);
    if (special) text += '\\';
    text += letter;
  }
  return text;
}

std::string missing_from(const std::set<std::string>& types) {
  std::string missing;
  for (const char* type : kRequired) {
    if (!types.contains(type)) missing += std::string(missing.empty() ? "has no " : " and no ") + type;
  }
  return missing;
}

PolicySubject policy_subject(const std::vector<NameAttribute>& attributes) {
  PolicySubject subject;
  std::set<std::string> types;
  for (const NameAttribute& attribute : attributes) {
    const std::string& type = attribute.type;
    if (attribute.has_company) return {"", "has several attributes in one part of its name (" + type + ")"};
    if (type.find('.') != std::string::npos) return {"", "has an attribute without a short name (" + type + ")"};
    if (!attribute.value.empty() && !types.insert(type).second) return {"", "has more than one " + type};
    subject.name += (subject.name.empty() ? "" : ",") + type + '=' + escaped(attribute.value);
  }
  if (const std::string missing = missing_from(types); !missing.empty()) return {"", missing};
  if (subject.name.find("=#") != std::string::npos) return {"", "has \"=#\" in it"};
  return subject;
}

std::vector<std::pair<std::string, std::string>> sorted(const std::vector<NameAttribute>& attributes) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const NameAttribute& attribute : attributes)
    pairs.emplace_back(attribute.type, attribute.value);
  std::ranges::sort(pairs);
  return pairs;
}

}  // namespace

PolicySubject policy_subject(base::ByteView name) {
  return policy_subject(attributes_of(name));
}

PolicySubject policy_subject(const Subject& subject) {
  return policy_subject(attributes_of(subject));
}

bool is_subject(base::ByteView name, const Subject& subject) {
  return sorted(attributes_of(name)) == sorted(attributes_of(subject));
}

}  // namespace trust
