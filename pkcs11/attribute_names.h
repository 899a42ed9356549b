#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "cryptoki.h"

namespace pkcs11 {

// How an attribute's value is to be read (PKCS#11 v2.40 section 4). `date` is CK_DATE: eight digits.
enum class AttributeKind {
  flag,
  number,
  object_class,
  key_type,
  certificate_type,
  mechanism,
  mechanisms,
  text,
  date,
  bytes
};

struct AttributeName {
  CK_ATTRIBUTE_TYPE type;
  std::string_view name;  // "CKA_LABEL"
  AttributeKind kind;
};

// Null for a vendor's attribute, or one that no key and no certificate has.
const AttributeName* find_attribute(CK_ATTRIBUTE_TYPE type);
const AttributeName* find_attribute(std::string_view name);
// The name closest to what was written; empty when none is close.
std::string nearest_attribute(std::string_view name);

// "CKA_LABEL", or the number in hexadecimal.
std::string name_of_attribute(CK_ATTRIBUTE_TYPE type);

// A value for people: "true", "CKO_PRIVATE_KEY", "2048", "CKM_ECDSA,CKM_ECDSA_SHA256", a label as it is when it is
// UTF-8; anything else, and a value that is not of its attribute's kind, in hexadecimal.
std::string text_of_attribute(CK_ATTRIBUTE_TYPE type, base::ByteView value);

}  // namespace pkcs11
