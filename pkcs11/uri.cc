#include "pkcs11/uri.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "uri_names.h"

namespace pkcs11 {
namespace {

constexpr std::size_t kMaxSize = 4096;
constexpr std::string_view kKnownInPath = "token, serial, model, manufacturer, slot-id, object, id, type";

enum class Part { path, query };

[[noreturn]] void refuse(const std::string& cause, std::string hint = {}) {
  throw base::Error(base::ErrorKind::invalid_uri, base::Phase::settings, "reading the key's URI failed: " + cause,
                    std::move(hint));
}

using base::quoted;

bool is_pin(std::string_view name) {
  return name.starts_with("pin");
}

bool is_path_name(std::string_view name) {
  return name == "slot-id" || name == "id" || name == "type" ||
         std::ranges::any_of(kUriTextAttributes, [&](const auto& attribute) { return attribute.name == name; });
}

// Path attributes of RFC 7512 that describe library and slot.
bool is_unsupported_path_name(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"library-manufacturer", "library-description", "library-version",
                                                      "slot-manufacturer", "slot-description"};
  return std::ranges::find(kNames, name) != kNames.end();
}

bool is_query_name(std::string_view name) {
  constexpr std::array<std::string_view, 4> kNames = {"pin-source", "pin-value", "module-path", "module-name"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// What RFC 7512 section 2.3 lets stand for itself (pk11-pchar, pk11-qchar); all else is written as %HH.
bool stands_for_itself(char c, Part part) {
  if (is_letter(c) || is_digit(c) || is_one_of(c, "-._~:[]@!$'()*+,=")) return true;
  return part == Part::path ? c == '&' : is_one_of(c, "/?|");
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The character is shown with the way to write it, except next to a PIN.
[[noreturn]] void refuse_character(std::string_view name, char c, Part part) {
  const std::string where = "attribute " + quoted(name);
  if (is_pin(name)) refuse(where + " has a character that must be written as %HH");
  if (part == Part::query && c == ';') {
    refuse(where + " has a ';' in it",
           "behind the '?' attributes are separated by '&'; a ';' in a value is written %3B");
  }
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x80) {
    refuse(where + " has a character beyond ASCII in it, which must be written as %HH",
           "write each byte of its UTF-8 form as % and two hexadecimal digits");
  }
  refuse(where + " has the character " + quoted({&c, 1}) + " in it, which must be written " + percent_encode(byte));
}

std::string decode(std::string_view name, std::string_view raw, Part part) {
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '%') {
      if (!stands_for_itself(raw[i], part)) refuse_character(name, raw[i], part);
      text += raw[i];
      continue;
    }
    const int high = i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
    const int low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
    if (high < 0 || low < 0) {
      refuse("attribute " + quoted(name) + " has a % that two hexadecimal digits do not follow",
             "a percent sign itself is written %25");
    }
    text += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return text;
}

std::string decode_text(std::string_view name, std::string_view raw, Part part) {
  std::string text = decode(name, raw, part);
  if (text.find('\0') != std::string::npos) refuse("attribute " + quoted(name) + " has a NUL (%00) in it");
  if (!base::is_utf8(text)) refuse("attribute " + quoted(name) + " is not UTF-8");
  return text;
}

template <typename Value>
void set_once(std::optional<Value>& attribute, std::string_view name, Value value) {
  if (attribute) refuse("attribute " + quoted(name) + " is there twice");
  attribute = std::move(value);
}

void read_text(Uri& uri, const UriTextAttribute& attribute, std::string_view raw) {
  std::string text = decode_text(attribute.name, raw, Part::path);
  if (attribute.field_size != 0) {
    // Tokens pad these fields with blanks.
    text.erase(text.find_last_not_of(' ') + 1);
    if (text.size() > attribute.field_size) {
      refuse("attribute " + quoted(attribute.name) + " is longer than the " + std::to_string(attribute.field_size) +
             " bytes that a token has for it, so it matches nothing");
    }
  }
  set_once(uri.*attribute.value, attribute.name, std::move(text));
}

unsigned long read_slot_id(std::string_view raw) {
  unsigned long number = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), number);
  if (error == std::errc::result_out_of_range) refuse("attribute \"slot-id\" is too large a number");
  if (error != std::errc() || end != raw.data() + raw.size()) refuse("attribute \"slot-id\" is not a number");
  return number;
}

ObjectType read_type(std::string_view raw) {
  for (const auto& [name, type] : kUriTypes) {
    if (name == raw) return type;
  }
  refuse("attribute \"type\" has the unknown value " + quoted(raw),
         "types are public, private, cert, secret-key, data");
}

[[noreturn]] void refuse_pin_value() {
  refuse("attribute \"pin-value\" is not accepted, a PIN in a URI ends up in shell history, process lists and logs",
         "put the PIN into a file that only its owner can read and write pin-source=file:/path instead, or set the "
         "environment variable NOTATION_PKCS11_PIN; treat the PIN as known to others");
}

[[noreturn]] void refuse_in_path(std::string_view name) {
  if (name == "pin-value") refuse_pin_value();
  if (is_query_name(name)) {
    refuse("attribute " + quoted(name) + " stands before the '?'",
           "how to get to the key stands behind the '?': pkcs11:object=NAME?" + std::string(name) + "=...");
  }
  if (is_unsupported_path_name(name)) {
    refuse("attribute " + quoted(name) + " is not supported, so the URI matches nothing",
           "leave it out; attributes that name a key: " + std::string(kKnownInPath));
  }
  refuse("attribute " + quoted(name) + " is unknown, so the URI matches nothing",
         "attributes that name a key: " + std::string(kKnownInPath));
}

void read_path_attribute(Uri& uri, std::string_view name, std::string_view raw) {
  for (const UriTextAttribute& attribute : kUriTextAttributes) {
    if (attribute.name == name) return read_text(uri, attribute, raw);
  }
  if (name == "slot-id") return set_once(uri.slot_id, name, read_slot_id(raw));
  if (name == "type") return set_once(uri.type, name, read_type(raw));
  if (name != "id") refuse_in_path(name);
  const std::string bytes = decode(name, raw, Part::path);
  set_once(uri.id, name, base::Bytes(bytes.begin(), bytes.end()));
}

std::string read_module_path(std::string_view raw) {
  std::string path = decode_text("module-path", raw, Part::query);
  if (!path.starts_with('/')) {
    refuse("attribute \"module-path\" is not an absolute path",
           "name the module's file from the root on, such as /usr/lib/softhsm/libsofthsm2.so");
  }
  return path;
}

// The scheme a value starts with (RFC 3986 section 3.1), empty for a path.
std::string_view scheme_of(std::string_view text) {
  const auto end = std::ranges::find_if_not(
      text, [](char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; });
  const auto size = static_cast<std::size_t>(end - text.begin());
  return size > 0 && size < text.size() && text[size] == ':' && is_letter(text[0]) ? text.substr(0, size) : "";
}

std::string read_pin_source(std::string_view raw) {
  constexpr std::string_view kHint =
      "in a URI it is the path of a file that only its owner can read: file:/path or a path";
  std::string source = decode_text("pin-source", raw, Part::query);
  if (source.starts_with('|'))
    refuse("attribute \"pin-source\" asks for a command, a URI never runs one", std::string(kHint));
  std::string_view path = source;
  if (const std::string_view scheme = scheme_of(source); !scheme.empty()) {
    if (scheme != "file") refuse("attribute \"pin-source\" has a scheme other than file:", std::string(kHint));
    path.remove_prefix(scheme.size() + 1);
    if (path.starts_with("//") && !path.starts_with("///")) {
      refuse("attribute \"pin-source\" names a host", "the file is on this machine: file:/path or file:///path");
    }
  }
  if (path.empty()) refuse("attribute \"pin-source\" is empty", std::string(kHint));
  return source;
}

void read_query_attribute(Uri& uri, std::string_view name, std::string_view raw) {
  if (name == "pin-value") refuse_pin_value();
  if (name == "pin-source") return set_once(uri.pin_source, name, read_pin_source(raw));
  if (name == "module-path") return set_once(uri.module_path, name, read_module_path(raw));
  if (name == "module-name") {
    refuse("attribute \"module-name\" is not supported yet",
           "use module-path with the absolute path of the module's file");
  }
  if (is_path_name(name) || is_unsupported_path_name(name)) {
    refuse("attribute " + quoted(name) + " stands behind the '?'",
           "what the key is stands before the '?', separated by ';'");
  }
  if (is_pin(name) || name.starts_with("module")) {
    refuse("attribute " + quoted(name) + " is unknown", "behind the '?' stand module-path and pin-source");
  }
  (void)decode(name, raw, Part::query);
}

void read_attribute(Uri& uri, std::string_view text, Part part) {
  const char* const place = part == Part::path ? "before the '?'" : "behind the '?'";
  const auto name_end =
      std::ranges::find_if_not(text, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
  const std::string_view name = text.substr(0, static_cast<std::size_t>(name_end - text.begin()));
  if (text.empty()) refuse(std::string("an attribute is missing ") + place);
  if (name.empty()) refuse(std::string("an attribute ") + place + " has no name");
  if (name_end == text.end() || *name_end != '=') {
    refuse("attribute " + quoted(name) + (name_end == text.end() ? " has no value" : " has no '=' after its name"));
  }
  if (std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    refuse("attribute " + quoted(name) + " is unknown", "names of attributes are written in lower case");
  }
  const std::string_view raw = text.substr(name.size() + 1);
  if (part == Part::path) {
    read_path_attribute(uri, name, raw);
  } else {
    read_query_attribute(uri, name, raw);
  }
}

void read_part(Uri& uri, std::string_view text, Part part) {
  if (text.empty()) return;
  const char separator = part == Part::path ? ';' : '&';
  std::size_t end = text.find(separator);
  for (; end != std::string_view::npos; end = text.find(separator)) {
    read_attribute(uri, text.substr(0, end), part);
    text.remove_prefix(end + 1);
  }
  read_attribute(uri, text, part);
}

std::string_view without_blanks_around(std::string_view text) {
  constexpr std::string_view kBlanks = " \r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

bool looks_like_uri(std::string_view text) {
  text = without_blanks_around(text).substr(0, kUriScheme.size());
  return std::ranges::equal(text, kUriScheme,
                            [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

Uri parse_uri(std::string_view text) {
  if (text.size() > kMaxSize) refuse("it is longer than " + std::to_string(kMaxSize) + " bytes");
  if (!looks_like_uri(text)) refuse("it does not begin with \"pkcs11:\"");
  text = without_blanks_around(text).substr(kUriScheme.size());
  Uri uri;
  const std::size_t question_mark = text.find('?');
  read_part(uri, text.substr(0, question_mark), Part::path);
  if (question_mark != std::string_view::npos) read_part(uri, text.substr(question_mark + 1), Part::query);
  return uri;
}

}  // namespace pkcs11
