#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace pkcs11 {

enum class ObjectType { public_key, private_key, certificate, secret_key, data };

// A key's name as RFC 7512 writes it. An absent attribute matches everything; an empty one matches only an empty field.
// token, manufacturer, serial and model end in no blank: tokens pad these fields with blanks, which carry no meaning.
struct Uri {
  // path attributes: what the key is
  std::optional<std::string> token;
  std::optional<std::string> manufacturer;
  std::optional<std::string> serial;
  std::optional<std::string> model;
  std::optional<unsigned long> slot_id;
  std::optional<std::string> object;  // CKA_LABEL
  std::optional<base::Bytes> id;      // CKA_ID
  std::optional<ObjectType> type;
  // query attributes: how to get there
  std::optional<std::string> module_path;
  std::optional<std::string> pin_source;  // as written, "file:" prefix included

  bool names_object() const { return object.has_value() || id.has_value(); }
  bool operator==(const Uri&) const = default;
};

// True when the text starts with the scheme "pkcs11:", in any case.
bool looks_like_uri(std::string_view text);

// Reads a URI strictly (RFC 7512 section 2.3; the decisions are listed in docs/uri.md). Throws Error(invalid_uri) that
// names the attribute; a value of pin-value or pin-source is never repeated in the text. A path attribute that we do
// not know is an error because, by section 2.3, such a URI matches nothing. Unknown query attributes are ignored.
Uri parse_uri(std::string_view text);

// The path alone, attributes in the fixed order token, manufacturer, serial, model, slot-id, object, id, type; never a
// PIN, never a module. What parse_uri reads back is equal but for the query. Text that a URI cannot hold (not UTF-8, or
// with a NUL) is met on damaged tokens only and left out.
std::string format_uri(const Uri& uri);

// What somebody gave as a URI, a key's name or a token's label, right or wrong, made safe to show: without a query, and
// without what may be a PIN. Between double quotes for texts.
std::string shown(std::string_view given);
std::string shown_quoted(std::string_view given);

}  // namespace pkcs11
