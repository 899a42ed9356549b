#include <algorithm>
#include <charconv>
#include <cstring>

#include "attribute_names.h"
#include "base/error.h"
#include "pkcs11/key_plan.h"

namespace pkcs11 {
namespace {

using base::Bytes;

constexpr std::size_t kLongestValue = 4096;
constexpr CK_ATTRIBUTE_TYPE kLargestType = 0xFFFFFFFF;

class AttributeParser {
 public:
  explicit AttributeParser(std::string_view text) : text_(text) {}

  ExtraAttribute parse() {
    ExtraAttribute extra;
    const std::size_t colon = text_.find(':'), equals = text_.find('=');
    if (colon == std::string_view::npos || equals == std::string_view::npos || equals < colon)
      refuse("it is not of the form HALF:NAME=VALUE");
    extra.on_private = parse_half(text_.substr(0, colon));
    extra.type = parse_type(text_.substr(colon + 1, equals - colon - 1));
    extra.name = name_of_attribute(extra.type);
    extra.value = parse_value(extra, text_.substr(equals + 1));
    return extra;
  }

 private:
  [[noreturn]] void refuse(const std::string& cause, const std::string& hint = {}) const {
    throw base::Error(base::ErrorKind::invalid_request, base::Phase::request,
                      "cannot read attribute " + base::quoted(text_) + ": " + cause,
                      hint.empty() ? "for example private:CKA_UNWRAP=false" : hint);
  }

  bool parse_half(std::string_view word) const {
    if (word != "private" && word != "public") refuse("the half is public or private, not " + base::quoted(word));
    return word == "private";
  }

  CK_ATTRIBUTE_TYPE parse_type(std::string_view word) const {
    if (const AttributeName* known = find_attribute(word)) return known->type;
    if (word.starts_with("0x")) {
      if (const auto number = parse_digits(word.substr(2), 16); number && *number <= kLargestType) return *number;
      refuse("the number " + base::quoted(word) + " is not that of an attribute");
    }
    const std::string near = nearest_attribute(word);
    refuse("no attribute is called " + base::quoted(word),
           (near.empty() ? std::string() : "did you mean " + near + "? ") +
               "one without a name here is given by its number, 0x80000001");
  }

  static std::optional<CK_ULONG> parse_digits(std::string_view digits, int base) {
    CK_ULONG number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, failure] = std::from_chars(digits.data(), end, number, base);
    if (digits.empty() || failure != std::errc() || stop != end) return std::nullopt;
    return number;
  }

  Bytes parse_value(const ExtraAttribute& extra, std::string_view value) const {
    const AttributeName* known = find_attribute(extra.type);
    const auto expect = [&](std::initializer_list<AttributeKind> kinds, const char* form) {
      if (known != nullptr && std::find(kinds.begin(), kinds.end(), known->kind) == kinds.end())
        refuse(extra.name + " is not " + form, "give its bytes with hex: if the token wants them so");
    };
    if (value == "true" || value == "false") {
      expect({AttributeKind::flag}, "true or false");
      return Bytes(1, value == "true" ? 1 : 0);
    }
    if (value.starts_with("hex:")) return parse_hex(value.substr(4));
    if (value.starts_with("text:")) {
      expect({AttributeKind::text, AttributeKind::date, AttributeKind::bytes}, "a text");
      return checked(base::bytes_of(value.substr(5)));
    }
    if (value.starts_with("ulong:")) {
      expect({AttributeKind::number, AttributeKind::object_class, AttributeKind::key_type,
              AttributeKind::certificate_type, AttributeKind::mechanism, AttributeKind::mechanisms},
             "a number");
      return parse_number(value.substr(6));
    }
    refuse("the value " + base::quoted(value) + " is not true, false, hex:..., text:... or ulong:...");
  }

  Bytes checked(base::ByteView value) const {
    if (value.empty()) refuse("the value is empty", "tokens refuse empty values; leave the attribute out");
    if (value.size() > kLongestValue) refuse("the value has more than " + std::to_string(kLongestValue) + " bytes");
    return {value.begin(), value.end()};
  }

  Bytes parse_hex(std::string_view digits) const {
    if (digits.size() % 2 != 0) refuse("the value has an odd number of hexadecimal digits");
    Bytes value;
    for (std::size_t at = 0; at < digits.size(); at += 2) {
      const auto byte = parse_digits(digits.substr(at, 2), 16);
      if (!byte) refuse("the value " + base::quoted(digits) + " is not hexadecimal");
      value.push_back(static_cast<std::uint8_t>(*byte));
    }
    return checked(value);
  }

  Bytes parse_number(std::string_view word) const {
    const bool hexadecimal = word.starts_with("0x");
    const auto number = hexadecimal ? parse_digits(word.substr(2), 16) : parse_digits(word, 10);
    if (!number) refuse("the value " + base::quoted(word) + " is not a number");
    Bytes value(sizeof *number);
    std::memcpy(value.data(), &*number, sizeof *number);
    return value;
  }

  std::string_view text_;
};

}  // namespace

ExtraAttribute parse_extra_attribute(std::string_view text) {
  return AttributeParser(text).parse();
}

}  // namespace pkcs11
