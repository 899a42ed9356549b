#include "key/key_text.h"

#include <algorithm>

namespace operators {
namespace {

// pk11-qchar of RFC 7512 section 2.3 as far as nobody takes it for something else.
bool stands_for_itself(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '/' || letter == '-' || letter == '.' || letter == '_' || letter == '~';
}

int digit(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

}  // namespace

std::string key_argument(const pkcs11::Uri& uri, const std::string& module_path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = pkcs11::format_uri(uri) + "?module-path=";
  for (const char letter : module_path) {
    if (stands_for_itself(letter)) {
      text += letter;
      continue;
    }
    const auto byte = static_cast<unsigned char>(letter);
    text += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

schema::AttributeTexts attribute_texts(const std::vector<pkcs11::AttributeText>& attributes) {
  schema::AttributeTexts texts;
  for (const pkcs11::AttributeText& attribute : attributes)
    texts.emplace_back(attribute.name, attribute.value);
  return texts;
}

std::vector<schema::KeyObjectReport> object_reports(const std::vector<pkcs11::ObjectView>& objects) {
  std::vector<schema::KeyObjectReport> reports;
  for (const pkcs11::ObjectView& object : objects)
    reports.push_back({object.type, attribute_texts(object.attributes)});
  return reports;
}

std::string attribute_lines(const schema::AttributeTexts& attributes, const std::string& indent) {
  std::size_t width = 0;
  for (const auto& [name, value] : attributes)
    width = std::max(width, name.size());
  std::string lines;
  for (const auto& [name, value] : attributes)
    lines += indent + name + std::string(width - name.size() + 2, ' ') + base::printable(value, 1024) + "\n";
  return lines;
}

base::Bytes bytes_of_hex(const std::string& hex) {
  base::Bytes bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    if (digit(hex[i]) < 0 || digit(hex[i + 1]) < 0) return {};
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  }
  return bytes.size() * 2 == hex.size() ? bytes : base::Bytes();
}

}  // namespace operators
