#include "distinguished_name.h"

#include <algorithm>
#include <array>

#include "oids.h"

namespace trust {
namespace {

bool is_printable_string(base::ByteView text) {
  constexpr std::string_view kPunctuation = " '()+,-./:=?*&";
  return std::ranges::all_of(text, [&](std::uint8_t byte) {
    const char c = static_cast<char>(byte);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

bool is_numeric_string(base::ByteView text) {
  return std::ranges::all_of(text, [](std::uint8_t byte) { return byte == ' ' || (byte >= '0' && byte <= '9'); });
}

bool is_ascii(base::ByteView text) {
  return std::ranges::all_of(text, [](std::uint8_t byte) { return byte < 0x80; });
}

void append_utf8(std::string& text, unsigned point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xc0 | point >> 6);
    text += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    text += static_cast<char>(0xe0 | point >> 12);
    text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (point & 0x3f));
  }
}

// Basic Multilingual Plane, two bytes a character; a terminating zero is not part of the text.
std::optional<std::string> decode_bmp(base::ByteView text) {
  if (text.size() % 2 != 0) return std::nullopt;
  if (text.size() >= 2 && text[text.size() - 1] == 0 && text[text.size() - 2] == 0) text = text.first(text.size() - 2);
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const unsigned point = static_cast<unsigned>(text[i]) << 8 | text[i + 1];
    const bool noncharacter = point >= 0xfffe || (point >= 0xfdd0 && point <= 0xfdef);
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (noncharacter || surrogate) return std::nullopt;
    append_utf8(decoded, point);
  }
  return decoded;
}

std::string decode_latin1(base::ByteView text) {
  std::string decoded;
  for (const std::uint8_t byte : text)
    append_utf8(decoded, byte);
  return decoded;
}

// Empty when the content does not fit the string type, or the type is none that notation reads.
std::optional<std::string> decode_string(const der::Element& value) {
  const auto when = [&](bool fits) { return fits ? std::optional(base::text_of(value.content)) : std::nullopt; };
  switch (value.tag) {
    case der::kUtf8String:
      return when(is_utf8(value.content));
    case der::kPrintableString:
      return when(is_printable_string(value.content));
    case der::kIa5String:
      return when(is_ascii(value.content));
    case der::kNumericString:
      return when(is_numeric_string(value.content));
    case der::kT61String:
      return decode_latin1(value.content);
    case der::kBmpString:
      return decode_bmp(value.content);
    default:
      return std::nullopt;
  }
}

std::string short_name(base::ByteView type) {
  struct Known {
    base::ByteView oid;
    std::string_view name;
  };
  static constexpr std::array kKnown{Known{oid::kCommonName, "CN"},  Known{oid::kCountry, "C"},
                                     Known{oid::kLocality, "L"},     Known{oid::kState, "ST"},
                                     Known{oid::kOrganization, "O"}, Known{oid::kOrganizationalUnit, "OU"}};
  for (const Known& known : kKnown) {
    if (der::same(known.oid, type)) return std::string(known.name);
  }
  return der::dotted(type);
}

}  // namespace

bool is_utf8(base::ByteView text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t lead = text[i];
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xc2 ? 0
                               : lead < 0xe0 ? 2
                               : lead < 0xf0 ? 3
                               : lead < 0xf5 ? 4
                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((text[i + k] & 0xc0) != 0x80) return false;
    }
    const std::uint8_t second = length > 1 ? text[i + 1] : std::uint8_t{0};
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool outside = (lead == 0xed && second > 0x9f) || (lead == 0xf4 && second > 0x8f);
    if (overlong || outside) return false;
    i += length;
  }
  return true;
}

std::vector<NameAttribute> name_attributes(der::Reader name, std::string_view what) {
  std::vector<NameAttribute> attributes;
  while (!name.empty()) {
    der::Reader set = name.read(der::kSet, what);
    const std::size_t first = attributes.size();
    while (!set.empty()) {
      der::Reader attribute = set.read(der::kSequence, what);
      const base::ByteView type = attribute.read_oid(what);
      std::optional<std::string> value = decode_string(attribute.read_any(what));
      if (!value) {
        name.fail(std::string(what) + " has text that does not fit its string type (" + short_name(type) + ")");
      }
      attributes.push_back({short_name(type), std::move(*value)});
    }
    for (std::size_t at = first; at < attributes.size(); ++at)
      attributes[at].has_company = attributes.size() - first > 1;
  }
  return attributes;
}

std::string read_name(der::Reader name, std::string_view what) {
  std::string text;
  for (const NameAttribute& attribute : name_attributes(name, what))
    text += (text.empty() ? "" : ",") + attribute.type + '=' + attribute.value;
  return text.empty() ? "(no name)" : base::printable(text, 200);
}

}  // namespace trust
