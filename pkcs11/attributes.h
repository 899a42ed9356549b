#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "module.h"

namespace pkcs11 {

// Attributes to search or create with; owns the values. An empty value is left out: CloudHSM refuses it and others
// match nothing with it.
class AttributeTemplate {
 public:
  AttributeTemplate() = default;
  AttributeTemplate(const AttributeTemplate&) = delete;
  AttributeTemplate& operator=(const AttributeTemplate&) = delete;
  AttributeTemplate(AttributeTemplate&&) = default;
  AttributeTemplate& operator=(AttributeTemplate&&) = default;

  AttributeTemplate& bytes(CK_ATTRIBUTE_TYPE type, base::ByteView value);
  AttributeTemplate& text(CK_ATTRIBUTE_TYPE type, std::string_view value);
  AttributeTemplate& number(CK_ATTRIBUTE_TYPE type, CK_ULONG value);
  AttributeTemplate& flag(CK_ATTRIBUTE_TYPE type, bool value);

  CK_ATTRIBUTE* data() { return attributes_.data(); }
  CK_ULONG size() const { return attributes_.size(); }

  std::span<const CK_ATTRIBUTE> entries() const { return attributes_; }
  bool has(CK_ATTRIBUTE_TYPE type) const;
  std::string names() const;  // "CKA_TOKEN, CKA_LABEL": what an error may tell of it

 private:
  std::deque<base::Bytes> values_;  // does not move what the attributes point to
  std::vector<CK_ATTRIBUTE> attributes_;
};

// Attributes as read from one object. One that the object lacks, or that may not be read, or that is empty, is absent.
class Attributes {
 public:
  void put(CK_ATTRIBUTE_TYPE type, base::Bytes value);

  bool has(CK_ATTRIBUTE_TYPE type) const { return values_.contains(type); }
  base::ByteView bytes(CK_ATTRIBUTE_TYPE type) const;  // empty when absent
  std::string text(CK_ATTRIBUTE_TYPE type) const;      // likewise

  // A CK_ULONG of 1, 2, 4 or 8 bytes (bridged modules of another word size exist); empty when absent or of another
  // size.
  std::optional<unsigned long> number(CK_ATTRIBUTE_TYPE type) const;
  std::optional<bool> flag(CK_ATTRIBUTE_TYPE type) const;

 private:
  std::map<CK_ATTRIBUTE_TYPE, base::Bytes> values_;
};

// Reads sizes, then values, all at once; one by one where the module balks at that (PKCS#11 v2.40 section 5.7,
// C_GetAttributeValue). Values above 64 KiB count as absent. Throws when the object or the session is not usable.
Attributes read_attributes(const Module& module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                           std::span<const CK_ATTRIBUTE_TYPE> types);

}  // namespace pkcs11
