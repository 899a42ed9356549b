#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>

#include "cryptoki.h"
#include "keys.h"
#include "rules.h"

namespace fake {

using Attributes = std::map<CK_ATTRIBUTE_TYPE, Bytes>;
using Template = std::span<const CK_ATTRIBUTE>;

Bytes bytes_of(unsigned long number);
Bytes bytes_of(const CK_ATTRIBUTE& attribute);
inline Bytes bytes_of_flag(bool flag) {
  return {static_cast<std::uint8_t>(flag ? CK_TRUE : CK_FALSE)};
}

// One object of a token. Fillers share their attributes, so that a thousand of them are cheap.
struct Object {
  CK_OBJECT_HANDLE handle = CK_INVALID_HANDLE;
  std::shared_ptr<const Attributes> shared;
  Attributes own;  // come before the shared ones
  Key key;         // of key objects
  Authentication authentication = Authentication::once;
  CK_SESSION_HANDLE session = CK_INVALID_HANDLE;  // owner of a session object
  std::string file;                               // in the state folder, without ending

  const Bytes* find(CK_ATTRIBUTE_TYPE type) const;
  bool flag(CK_ATTRIBUTE_TYPE type) const;
  unsigned long number(CK_ATTRIBUTE_TYPE type) const;
  CK_OBJECT_CLASS object_class() const { return number(CKA_CLASS); }
  bool matches(Template wanted) const;
};

// Public half, private half, or both, as the rule has them.
std::vector<Object> objects_of(const KeyRule& rule, const Key& key, const Quirks& quirks);
std::vector<Object> objects_of(const ObjectRule& rule, const Quirks& quirks);
Object certificate_object(const Bytes& value, const CertificateRule& rule);
Object public_key_object(const Key& key, const KeyHalf& half, const Quirks& quirks);
Object private_key_object(const Key& key, const KeyRule& rule, const Quirks& quirks);
std::vector<Object> filler_objects(const FillerRule& rule, const Quirks& quirks);

// What C_GetAttributeValue answers for one attribute: the value, or why there is none.
struct Reading {
  CK_RV result = CKR_OK;
  Bytes value;
};
Reading read_attribute(const Object& object, CK_ATTRIBUTE_TYPE type, const std::vector<AttributeRule>& rules);

}  // namespace fake
